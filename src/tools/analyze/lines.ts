/** Splits chunks of text into lines. */

/** Yields each line without its end (`\n` or `\r\n`). Keeps at most one line and one chunk in memory. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  // The pieces of an unfinished line. They are joined once: joining at each chunk would cost the square of its length.
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      pieces.push(chunk.slice(from, end));
      yield withoutReturn(pieces.join(''));
      pieces = [];
      from = end + 1;
    }
    if (from < chunk.length) pieces.push(chunk.slice(from));
  }
  if (pieces.length > 0) yield withoutReturn(pieces.join(''));
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
