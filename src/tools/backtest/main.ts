/** `npm run -s backtest -- FILE.csv [FILE2.csv] [--json]`: what each policy would have decided on finished tests. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { FAULTY_WEEKS } from '../headline-tests/headline-tests.js';
import { createBar } from '../headline-tests/progress-bar.js';
import { BacktestError, backtest, plan, type SourceFile } from './backtest.js';
import { table } from './print.js';

const USAGE = `usage: npm run -s backtest -- FILE.csv [FILE2.csv] [--json] [--all-weeks] [--seed N]

One file of finished headline tests (test_id, week, headline, eyecatcher_id, impressions, clicks), or two of daily
rows, control then test (Date; # of Impressions; # of Website Clicks; dates as D.MM.YYYY).
  --json        one JSON document on standard output
  --all-weeks   keep the tests of weeks ${FAULTY_WEEKS.first} to ${FAULTY_WEEKS.last}, whose randomisation is known to be faulty
  --seed N      deals the impressions in another order (default 1)
`;

function main(): void {
  const { values, positionals } = readArguments();
  if (positionals.length === 0) throw new BacktestError(`no file given\n\n${USAGE}`);
  if (!/^\d+$/.test(values.seed)) throw new BacktestError(`--seed takes a whole number, got ${values.seed}`);
  const source = plan(positionals.map(readSource), {
    includeFaultyWeeks: values['all-weeks'],
    seed: Number(values.seed),
  });
  const bar = createBar(process.stderr, source.pairs, 'pairs');
  const report = backtest(source, bar.at);
  bar.end();
  const note = source.leftOut > 0 ? leftOutNote(source.leftOut) : '';
  if (values.json) {
    process.stderr.write(note);
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } else {
    process.stdout.write(table(report) + (note && `\n${note}`));
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        'all-weeks': { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
      },
    });
  } catch (error) {
    throw new BacktestError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function readSource(file: string): SourceFile {
  try {
    return { name: basename(file), text: readFileSync(file, 'utf8') };
  } catch (error) {
    throw new BacktestError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

function leftOutNote(tests: number): string {
  const weeks = `${FAULTY_WEEKS.first} to ${FAULTY_WEEKS.last}`;
  return `Left out: ${tests.toLocaleString('en-US')} tests of weeks ${weeks}, whose randomisation is known to be faulty (--all-weeks keeps them).\n`;
}

try {
  main();
} catch (error) {
  if (!(error instanceof BacktestError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
