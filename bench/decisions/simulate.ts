/** Runs of one world or one lift; every rule decides each stream. */

import type { RuleSettings } from '../../src/domain/evidence/types.js';
import { welchWinner } from '../../src/tools/backtest/policies.js';
import { SequentialWalk } from '../../src/tools/backtest/sequential-walk.js';
import { emptyStream, RunningRatio, type Stream } from '../../src/tools/backtest/stream.js';
import { ComparedBounds, LOOK_HOURS, TableBounds } from './boundary-table.js';
import { GrowthbookHourly, growthbookImpressions, Sprt } from './peers.js';
import { draw, HOURS, type World } from './worlds.js';

export const RULES = [
  'sequential',
  'strict',
  'welch_peeked',
  'growthbook_impressions',
  'growthbook_hourly',
  'sprt_knows_lift',
] as const;
export type RuleName = (typeof RULES)[number];
/** The default rule, and its strict form, whose clusters are days. */
export const OWN_RULES = ['sequential', 'strict'] as const;
export type OwnRule = (typeof OWN_RULES)[number];

/** Runs `from` (inclusive) to `to` (exclusive) of one world at one lift. */
export interface Job {
  seed: number;
  world: World;
  lift: number;
  from: number;
  to: number;
  boundary: 'exact' | 'table';
  /** The form of the default rule that decides; default: `sequential`. */
  rule?: OwnRule;
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
/** In the last world, someone asks for a look at each whole hour at which |T| exceeds this. */
const ASKS_ABOVE = 2.75;
/** Every so many runs, the recursion is computed too and compared with the table. */
const COMPARED_EVERY = 20;

export function simulate(job: Job): Tally {
  const tally: Tally = { runs: 0, rules: {}, differences: [] };
  const stream = emptyStream(HOURS);
  const own = job.rule ?? 'sequential';
  const settings = { ...SETTINGS, strict: own === 'strict' };
  for (let run = job.from; run < job.to; run++) {
    draw(stream, job.seed, job.world, job.lift, run);
    const compared = job.boundary === 'table' && run % COMPARED_EVERY === 0;
    const bounds = compared
      ? new ComparedBounds(tally.differences)
      : job.boundary === 'table'
        ? new TableBounds()
        : undefined;
    const walk = new SequentialWalk(settings, bounds);
    const callers =
      job.world === 'asked_by_hand' ? [asking(own, walk)] : [regular(own, walk), ...peers(stream, job.lift)];
    decide(new RunningRatio(stream, own === 'strict' ? 24 : null), callers, tally);
    tally.runs += 1;
  }
  return tally;
}

/** A rule on one stream. It is called at every whole hour and looks when a look is due. */
interface Caller {
  name: RuleName;
  at(hour: number, ratio: RunningRatio): 'A' | 'B' | null;
}

const isDue = (hour: number) => hour % LOOK_HOURS === 0;

function regular(name: OwnRule, walk: SequentialWalk): Caller {
  return { name, at: (hour, ratio) => (isDue(hour) ? walk.look(hour, ratio) : null) };
}

function asking(name: OwnRule, walk: SequentialWalk): Caller {
  const isAsked = (ratio: RunningRatio) =>
    Math.abs(ratio.roughT) > ASKS_ABOVE && Math.abs(ratio.t) > ASKS_ABOVE;
  return {
    name,
    at: (hour, ratio) => (isDue(hour) || isAsked(ratio) ? walk.look(hour, ratio) : null),
  };
}

/** All rules but the sequential one, with the same minimums. */
function peers(stream: Stream, lift: number): Caller[] {
  const hourly = new GrowthbookHourly(stream);
  const whenReady =
    (look: (hour: number, ratio: RunningRatio) => 'A' | 'B' | null): Caller['at'] =>
    (hour, ratio) =>
      isDue(hour) && isReady(hour, ratio) ? look(hour, ratio) : null;
  const callers: Caller[] = [
    { name: 'welch_peeked', at: whenReady((_, ratio) => welchWinner(ratio)) },
    { name: 'growthbook_impressions', at: whenReady((_, ratio) => growthbookImpressions(ratio)) },
    { name: 'growthbook_hourly', at: whenReady((hour) => hourly.look(hour)) },
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

function decide(ratio: RunningRatio, callers: readonly Caller[], tally: Tally): void {
  const undecided = new Set(callers);
  for (let hour = 1; hour <= HOURS && undecided.size > 0; hour++) {
    ratio.readTo(hour);
    for (const caller of undecided) {
      const winner = caller.at(hour, ratio);
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
