/**
 * `npm run -s analyze [-- --decision-only] [--account EARLIER.jsonl]`: reads tests as JSON lines from standard input and
 * writes the rule's answers as JSON lines to standard output, in the same order. The answer to a bad line has its number
 * and the reason; the exit code is then 1 after all lines were read. `--account` names a file with earlier tests of the
 * account, one `{"rows": […]}` per line: the rule learns from them how far the account's ads drift apart. A bad line in it
 * ends the command before any answer, with exit code 2.
 */

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { withoutBursts } from '../../domain/evidence/bursts.js';
import {
  type DriftHistory,
  driftLikelihood,
  NO_HISTORY,
  pooledHistory,
} from '../../domain/evidence/drift.js';
import { rateRatio } from '../../domain/evidence/rate-ratio.js';
import { answer, decisionAnswer } from './answer.js';
import { linesOf } from './lines.js';
import { analysisOf, BadLine, earlierTestOf } from './request.js';

async function main(args: readonly string[]): Promise<void> {
  const { decisionOnly, account } = optionsOf(args);
  const history = account === null ? NO_HISTORY : await historyOf(account);
  const answerTo = decisionOnly ? decisionAnswer : answer;

  process.stdin.setEncoding('utf8');
  let number = 0;
  for await (const line of linesOf(process.stdin)) {
    number += 1;
    // In JSON Lines a blank line is not a value, but it counts as a line.
    if (line.trim() === '') continue;
    let written: object;
    try {
      written = answerTo(analysisOf(line), history);
    } catch (error) {
      if (!(error instanceof BadLine || error instanceof RangeError)) throw error;
      written = { line: number, error: error.message };
      process.exitCode = 1;
    }
    if (!process.stdout.write(`${JSON.stringify(written)}\n`)) await once(process.stdout, 'drain');
  }
}

function optionsOf(args: readonly string[]): { decisionOnly: boolean; account: string | null } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { 'decision-only': { type: 'boolean', default: false }, account: { type: 'string' } },
    });
    return { decisionOnly: values['decision-only'], account: values.account ?? null };
  } catch (error) {
    throw new BadLine(
      `${error instanceof Error ? error.message : String(error)}; the options are --decision-only and --account FILE`,
    );
  }
}

/** What the earlier tests in a file say about drift. Throws BadLine if the file can't be read or a line is malformed. */
async function historyOf(file: string): Promise<DriftHistory> {
  const tests: number[][][] = [];
  let number = 0;
  try {
    for await (const line of linesOf(createReadStream(file, 'utf8'))) {
      number += 1;
      if (line.trim() === '') continue;
      const { rows } = withoutBursts(earlierTestOf(line));
      tests.push([driftLikelihood(rows, rateRatio(rows))]);
    }
  } catch (error) {
    const at = error instanceof BadLine ? `${file}, line ${number}` : `--account ${file}`;
    throw new BadLine(`${at}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return pooledHistory(tests);
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
