/** Runs finished tests through each policy and adds up the results. */

import { Random } from '../../sandbox/random.js';
import { CsvError, CsvTable, delimiterOf } from '../headline-tests/csv.js';
import { headlinePairs, readHeadlineTests } from '../headline-tests/headline-tests.js';
import { readDailyCampaigns } from './daily-campaigns.js';
import { deal, streamOf } from './deal.js';
import { decide, judge, POLICIES, type PolicyName, type Replay } from './policies.js';

/** Number of looks over which a headline test's impressions are spread: every 6 hours for 28 days. */
const LOOKS = 112;
const LOOK_HOURS = 6;
const DAY_HOURS = 24;

export interface PolicyResult {
  name: PolicyName;
  promoted: number;
  /** Promoted ads that have the lower click rate in the full data. */
  reversed: number;
  /** Mean over all pairs; an undecided pair counts as 1. */
  mean_share_of_impressions: number;
  clicks_gained: number;
}

/** The document of `--json`. */
export interface BacktestReport {
  tests: number;
  pairs: number;
  policies: PolicyResult[];
}

/** Finished tests, ready to run. */
export interface Plan {
  tests: number;
  pairs: number;
  /** Tests left out because their week had faulty randomisation. */
  leftOut: number;
  replays(): Iterable<Replay>;
}

export interface SourceFile {
  name: string;
  text: string;
}

/** Why a set of files can't be used. The message names the file, and the line and column if there is one. */
export class BacktestError extends Error {}

/**
 * Reads one file of headline tests, or two files of daily rows (control, then test); the header says which of the two
 * it is. Throws {@link BacktestError}.
 */
export function plan(
  files: readonly SourceFile[],
  options: { includeFaultyWeeks: boolean; seed: number },
): Plan {
  const tables = files.map((file) => within(file, () => new CsvTable(file.text, delimiterOf(file.text))));
  const [first, second] = tables;
  const [firstFile, secondFile] = files;
  if (!first || !firstFile || tables.length > 2) {
    throw new BacktestError(
      'give one file of headline tests, or two files of daily rows: control, then test',
    );
  }
  if (!first.has('test_id') && first.has('Date')) {
    if (!second || !secondFile) {
      throw new BacktestError(
        `${firstFile.name} holds the daily rows of one campaign: give the other campaign's file too`,
      );
    }
    // Read the second file alone first: a fault in it must name this file, not the first one.
    within(secondFile, () => readDailyCampaigns(second, second));
    const stream = within(firstFile, () => readDailyCampaigns(first, second));
    const replay = { stream, hoursPerLook: DAY_HOURS };
    return { tests: 1, pairs: 1, leftOut: 0, replays: () => [replay] };
  }
  if (second) throw new BacktestError('two files must be the daily rows of a control and a test campaign');
  const { tests, leftOut } = within(firstFile, () => readHeadlineTests(first, options.includeFaultyWeeks));
  const pairs = tests.reduce((count, test) => count + headlinePairs(test).length, 0);
  function* replays(): Iterable<Replay> {
    for (const test of tests) {
      const random = new Random(`${options.seed} ${test.id}`);
      const dealt = test.packages.map(({ impressions, clicks }) => deal(random, impressions, clicks, LOOKS));
      for (const [i, j] of headlinePairs(test)) {
        yield { stream: streamOf(dealt[i]!, dealt[j]!), hoursPerLook: LOOK_HOURS };
      }
    }
  }
  return { tests: tests.length, pairs, leftOut, replays };
}

/** Runs all tests; `onPair` gets the number of pairs done so far. */
export function backtest(source: Plan, onPair: (done: number) => void = () => {}): BacktestReport {
  const totals = new Map(POLICIES.map((name) => [name, { promoted: 0, reversed: 0, share: 0, clicks: 0 }]));
  let done = 0;
  for (const replay of source.replays()) {
    const promotions = decide(replay);
    for (const [name, total] of totals) {
      const outcome = judge(replay, promotions[name]);
      if (promotions[name]) total.promoted += 1;
      if (outcome.reversed) total.reversed += 1;
      total.share += outcome.shareOfImpressions;
      total.clicks += outcome.clicksGained;
    }
    onPair(++done);
  }
  const policies = [...totals].map(([name, { promoted, reversed, share, clicks }]) => ({
    name,
    promoted,
    reversed,
    mean_share_of_impressions: done > 0 ? rounded(share / done, 4) : 1,
    clicks_gained: rounded(clicks, 1),
  }));
  return { tests: source.tests, pairs: source.pairs, policies };
}

/** Puts the file's name before the message of a fault. */
function within<T>({ name }: SourceFile, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CsvError) throw new BacktestError(`${name}, ${error.message}`);
    throw error;
  }
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits)) + 0;
}
