/**
 * `npm run -s analyze [-- --decision-only]`: reads tests as JSON lines on standard input and writes what the rule says
 * of each as JSON lines on standard output, in order. A bad line is answered with its number and what is wrong with
 * it; the exit code is then 1, at the end.
 */

import { once } from 'node:events';
import { answer, decisionAnswer } from './answer.js';
import { linesOf } from './lines.js';
import { analysisOf, BadLine } from './request.js';

async function main(args: readonly string[]): Promise<void> {
  const unknown = args.find((arg) => arg !== '--decision-only');
  if (unknown !== undefined) throw new BadLine(`unknown option ${unknown}; there is --decision-only`);
  const answerTo = args.length > 0 ? decisionAnswer : answer;

  process.stdin.setEncoding('utf8');
  let number = 0;
  for await (const line of linesOf(process.stdin)) {
    number += 1;
    // As JSON lines has it: a blank line is no value. It keeps its number.
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

// A reader that has seen enough closes the pipe.
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
