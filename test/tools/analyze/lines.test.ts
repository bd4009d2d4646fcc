import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../src/tools/analyze/lines.js';

async function* chunksOf(parts: readonly string[]): AsyncGenerator<string> {
  yield* parts;
}

async function collected(parts: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(chunksOf(parts))) lines.push(line);
  return lines;
}

describe('lines from chunks', () => {
  it('are the same wherever the text is cut', async () => {
    const piece = fc.constantFrom('a', '{"rows":[]}', '\n', '\n\n', 'é', '\r\n', '');
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (parts) => {
        const whole = parts.join('');
        const expected = whole.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
        if (expected.at(-1) === '' && !whole.endsWith('\r')) expected.pop();
        expect(await collected(parts)).toEqual(expected);
        expect(await collected([...whole])).toEqual(expected);
      }),
      { seed: 51, numRuns: 300 },
    );
  });

  it('come as soon as they end', async () => {
    let read = 0;
    async function* counted(): AsyncGenerator<string> {
      for (const part of ['one\ntw', 'o\nthree']) {
        read++;
        yield part;
      }
    }
    const lines = linesOf(counted());
    expect((await lines.next()).value).toBe('one');
    expect(read).toBe(1);
    expect((await lines.next()).value).toBe('two');
    expect((await lines.next()).value).toBe('three');
    expect((await lines.next()).done).toBe(true);
  });
});
