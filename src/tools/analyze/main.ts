/**
 * `npm run -s analyze [-- --decision-only]`: reads tests as JSON lines from standard input and writes the rule's
 * answers as JSON lines to standard output, in the same order. The answer to a bad line has its number and the reason;
 * the exit code is then 1 after all lines were read.
 */

import { once } from 'node:events';
import { answer, decisionAnswer } from './answer.js';
import { linesOf } from './lines.js';
import { analysisOf, BadLine } from './request.js';

async function main(args: readonly string[]): Promise<void> {
  const unknown = args.find((arg) => arg !== '--decision-only');
  if (unknown !== undefined)
    throw new BadLine(`unknown option ${unknown}; the only option is --decision-only`);
  const answerTo = args.length > 0 ? decisionAnswer : answer;

  process.stdin.setEncoding('utf8');
  let number = 0;
  for await (const line of linesOf(process.stdin)) {
    number += 1;
    // In JSON Lines a blank line is not a value, but it counts as a line.
    if (line.trim() === '') continue;
    let written: object;
    try {
      written = answerTo(analysisOf(line));
    } catch (error) {
      if (!(error instanceof BadLine || error instanceof RangeError)) throw error;
      written = { line: number, error: error.message };
      process.exitCode = 1;
    }
    if (!process.stdout.write(`${JSON.stringify(written)}\n`)) await once(process.stdout, 'drain');
  }
}

// A reader that has seen enough closes the pipe: this is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode);
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BadLine)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
