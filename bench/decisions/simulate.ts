/** Runs of one world or one lift; every rule decides each stream. */

import { type DriftHistory, NO_HISTORY } from '../../src/domain/evidence/drift.js';
import type { RuleSettings } from '../../src/domain/evidence/types.js';
import { welchWinner } from '../../src/tools/backtest/policies.js';
import { RobustStream } from '../../src/tools/backtest/robust-stream.js';
import { SequentialWalk } from '../../src/tools/backtest/sequential-walk.js';
import { emptyStream, RunningRatio, type Stream } from '../../src/tools/backtest/stream.js';
import { ComparedBounds, LOOK_HOURS, TableBounds } from './boundary-table.js';
import { inBuckets } from './buckets.js';
import { draw, HOURS } from './draw.js';
import { historyOf } from './history.js';
import { GrowthbookHourly, growthbookImpressions, Sprt } from './peers.js';
import { WORLD_FACTS, type World } from './worlds.js';

/** The default rule, by the number of earlier tests of the account from which it knows the drift. */
export const DEFAULT_RULES = { default_0: 0, default_10: 10, default_40: 40 } as const;
export type DefaultRule = keyof typeof DEFAULT_RULES;
export const DEFAULTS = Object.keys(DEFAULT_RULES) as DefaultRule[];
/** `hourly`: the default rule without drift, as in its version 2. `strict`: its strict form. */
export const RULES = [
  'hourly',
  'strict',
  ...DEFAULTS,
  'welch_peeked',
  'growthbook_impressions',
  'growthbook_hourly',
  'sprt_knows_lift',
] as const;
export type RuleName = (typeof RULES)[number];

/** Runs `from` (inclusive) to `to` (exclusive) of one world at one lift. */
export interface Job {
  seed: number;
  world: World;
  lift: number;
  from: number;
  to: number;
  boundary: 'exact' | 'table';
  /** The ad that has one early burst; default: none. */
  burst?: 'A' | 'B';
  /** Tests from which the accounts' earlier ones are drawn; default: 1,000. */
  pool?: number;
}

export interface RuleTally {
  decided: number;
  /** Runs in which A won; if there is a lift, A is the worse ad. */
  worse: number;
  /** Looks until the decision; all looks if there was none. */
  looks: number;
}

export interface Tally {
  runs: number;
  rules: Partial<Record<RuleName, RuleTally>>;
  /** Table − recursion at the looks of some of the runs. */
  differences: number[];
}

export const LOOKS = HOURS / LOOK_HOURS;
const SETTINGS: RuleSettings = {
  confidence: 0.95,
  horizonHours: HOURS,
  minimumHours: 24,
  minimumClicks: 25,
  minimumImpressions: 100,
};
/** In one world, someone asks for a look at each whole hour at which |T| exceeds this. */
const ASKS_ABOVE = 2.75;
/** Every so many runs, the recursion is computed too and compared with the table. */
const COMPARED_EVERY = 20;

export function simulate(job: Job): Tally {
  const tally: Tally = { runs: 0, rules: {}, differences: [] };
  const hours = emptyStream(HOURS);
  for (let run = job.from; run < job.to; run++) {
    draw(hours, { ...job, run });
    const compared = job.boundary === 'table' && run % COMPARED_EVERY === 0;
    const newWalk = () => {
      const bounds = compared
        ? new ComparedBounds(tally.differences)
        : job.boundary === 'table'
          ? new TableBounds()
          : undefined;
      return new SequentialWalk(SETTINGS, bounds);
    };
    decide(callersOf(job, run, hours, newWalk), tally);
    tally.runs += 1;
  }
  return tally;
}

/** A rule on one stream. It is called at every whole hour and looks when a look is due. */
interface Caller {
  name: RuleName;
  at(hour: number): 'A' | 'B' | null;
}

const isDue = (hour: number) => hour % LOOK_HOURS === 0;

function callersOf(job: Job, run: number, hours: Stream, newWalk: () => SequentialWalk): Caller[] {
  const { seed, world, lift } = job;
  const { bucketHours } = WORLD_FACTS[world];
  const stream = inBuckets(hours, bucketHours);
  const asked = world === 'asked_by_hand';
  const plain = new RunningRatio(stream);
  const read = (hour: number) => {
    plain.readTo(Math.floor(hour / bucketHours));
    return plain;
  };
  const hourly = newWalk();
  const isAsked = (hour: number) =>
    asked && Math.abs(read(hour).roughT) > ASKS_ABOVE && Math.abs(plain.t) > ASKS_ABOVE;
  const robust = new RobustStream(stream, { bucketHours });
  const ours = DEFAULTS.map((name) =>
    robustCaller(
      name,
      robust,
      newWalk(),
      asked,
      historyOf(seed, world, run, DEFAULT_RULES[name], job.pool),
      bucketHours,
    ),
  );
  const strict = new RobustStream(stream, { bucketHours, strict: bucketHours === 1 });
  return [
    { name: 'hourly', at: (hour) => (isDue(hour) || isAsked(hour) ? hourly.look(hour, read(hour)) : null) },
    robustCaller('strict', strict, newWalk(), asked, NO_HISTORY, bucketHours),
    ...ours,
    ...(asked ? [] : peers(stream, lift, bucketHours, read)),
  ];
}

function robustCaller(
  name: RuleName,
  robust: RobustStream,
  walk: SequentialWalk,
  asked: boolean,
  history: DriftHistory,
  bucketHours: number,
): Caller {
  const look = (hour: number) => walk.look(hour, robust.ratio, () => robust.driftVariance(history));
  const isAsked = () => {
    if (!asked || Math.abs(robust.ratio.roughT) <= ASKS_ABOVE) return false;
    const { theta, se } = robust.ratio;
    return Math.abs(theta) > ASKS_ABOVE * Math.sqrt(se * se + robust.driftVariance(history));
  };
  return {
    name,
    at(hour) {
      if (!isDue(hour) && !asked) return null;
      robust.readTo(Math.floor(hour / bucketHours));
      return isDue(hour) || isAsked() ? look(hour) : null;
    },
  };
}

/** The rules of others, with the same minimums. */
function peers(
  stream: Stream,
  lift: number,
  bucketHours: number,
  read: (hour: number) => RunningRatio,
): Caller[] {
  const buckets = new GrowthbookHourly(stream);
  const whenReady =
    (look: (hour: number, ratio: RunningRatio) => 'A' | 'B' | null): Caller['at'] =>
    (hour) =>
      isDue(hour) && isReady(hour, read(hour)) ? look(hour, read(hour)) : null;
  const callers: Caller[] = [
    { name: 'welch_peeked', at: whenReady((_, ratio) => welchWinner(ratio)) },
    { name: 'growthbook_impressions', at: whenReady((_, ratio) => growthbookImpressions(ratio)) },
    { name: 'growthbook_hourly', at: whenReady((hour) => buckets.look(Math.floor(hour / bucketHours))) },
  ];
  if (lift > 0) {
    const sprt = new Sprt(stream, lift);
    callers.push({ name: 'sprt_knows_lift', at: (hour) => (isDue(hour) ? sprt.look(hour) : null) });
  }
  return callers;
}

function isReady(hour: number, ratio: RunningRatio): boolean {
  return (
    hour >= SETTINGS.minimumHours &&
    Math.min(ratio.clicksA, ratio.clicksB) >= SETTINGS.minimumClicks &&
    Math.min(ratio.impressionsA, ratio.impressionsB) >= SETTINGS.minimumImpressions
  );
}

function decide(callers: readonly Caller[], tally: Tally): void {
  const undecided = new Set(callers);
  for (let hour = 1; hour <= HOURS && undecided.size > 0; hour++) {
    for (const caller of undecided) {
      const winner = caller.at(hour);
      if (winner === null) continue;
      undecided.delete(caller);
      const rule = tallyOf(tally, caller.name);
      rule.decided += 1;
      rule.looks += hour / LOOK_HOURS;
      if (winner === 'A') rule.worse += 1;
    }
  }
  for (const { name } of undecided) tallyOf(tally, name).looks += LOOKS;
}

function tallyOf(tally: Tally, name: RuleName): RuleTally {
  tally.rules[name] ??= { decided: 0, worse: 0, looks: 0 };
  return tally.rules[name];
}

/** The sum of the parts of one world or lift, in their order. */
export function merge(parts: readonly Tally[]): Tally {
  const whole: Tally = { runs: 0, rules: {}, differences: [] };
  for (const { runs, rules, differences } of parts) {
    whole.runs += runs;
    whole.differences.push(...differences);
    for (const name of RULES) {
      const part = rules[name];
      if (!part) continue;
      const sum = tallyOf(whole, name);
      sum.decided += part.decided;
      sum.worse += part.worse;
      sum.looks += part.looks;
    }
  }
  return whole;
}
