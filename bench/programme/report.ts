/** What the compound report says of simulated programmes, next to the truth. */

import { type Programme, simulateProgramme } from './simulate.js';
import { WORLDS, type World } from './worlds.js';

export interface Settings {
  /** Per world. */
  programmes: number;
  /** Per programme. */
  tests: number;
  /** Programmes have the seeds from this one on. */
  seed: number;
}

export interface WorldReport {
  /** Means per programme. */
  promoted_challengers: number;
  promoted_controls: number;
  /** Compound lift of the promoted challengers, in percent: means over the programmes. */
  compound_pct: { shrunk: number; claimed: number; true: number };
  /** Means over the programmes of (1 + shrunk)/(1 + true) and (1 + claimed)/(1 + true). */
  shrunk_over_true: number;
  claimed_over_true: number;
  /** Percent of the programmes whose 95 % interval of the compound lift holds the truth, or lies on one side of it. */
  shrunk_interval: Coverage;
  claimed_interval: Coverage;
  /** Percent of all promotions whose winner is truly no better. `bound` is what the rule's error allows. */
  without_gain_pct: { reported: number; bound: number; true: number };
  /** Means of what was learned. */
  prior: { zero_share: number; mean: number; scale: number };
  /** What the report says that equal ads would claim. If all ads are equal, that is what they did claim. */
  luck: {
    reported_pct: number;
    reported_interval_pct: [number, number];
    claimed_pct: number;
    /** Standard error of `claimed_pct` over the programmes. */
    claimed_se_pct: number;
    /** Percent of the programmes whose claim lies in their interval of luck. */
    claims_inside_pct: number;
  };
}

interface Coverage {
  covers: number;
  truth_below: number;
  truth_above: number;
}

export function programmeReport(
  { programmes, tests, seed }: Settings,
  worlds: readonly World[] = WORLDS,
): { settings: Settings; worlds: Partial<Record<World, WorldReport>> } {
  return {
    settings: { programmes, tests, seed },
    worlds: Object.fromEntries(
      worlds.map((world) => {
        const all = Array.from({ length: programmes }, (_, index) =>
          simulateProgramme(world, seed + index, tests),
        );
        return [world, worldReport(all)];
      }),
    ),
  };
}

function worldReport(all: readonly Programme[]): WorldReport {
  const mean = (pick: (one: Programme) => number) =>
    all.reduce((sum, one) => sum + pick(one), 0) / all.length;
  const percent = (pick: (one: Programme) => number) => round(100 * mean(pick), 2);
  const claimed = mean(({ report }) => report.claimed.compound);
  const spread = Math.sqrt(mean(({ report }) => (report.claimed.compound - claimed) ** 2));
  const promotions = mean((one) => one.promotions);
  // Weighted by promotions: a share of all of them.
  const share = (pick: (one: Programme) => number | null) =>
    promotions === 0 ? 0 : round((100 * mean((one) => (pick(one) ?? 0) * one.promotions)) / promotions, 2);
  return {
    promoted_challengers: round(
      mean((one) => one.challengers),
      2,
    ),
    promoted_controls: round(
      mean((one) => one.promotions - one.challengers),
      2,
    ),
    compound_pct: {
      shrunk: percent(({ report }) => report.shrunk.compound),
      claimed: percent(({ report }) => report.claimed.compound),
      true: percent(({ trueLogLift }) => Math.expm1(trueLogLift)),
    },
    shrunk_over_true: round(
      mean((one) => (1 + one.report.shrunk.compound) / Math.exp(one.trueLogLift)),
      3,
    ),
    claimed_over_true: round(
      mean((one) => (1 + one.report.claimed.compound) / Math.exp(one.trueLogLift)),
      3,
    ),
    shrunk_interval: coverage(all, ({ report }) => report.shrunk.interval),
    claimed_interval: coverage(all, ({ report }) => report.claimed.interval),
    without_gain_pct: {
      reported: share(({ report }) => report.verifications.falsePositiveRate),
      bound: share(({ report }) => report.verifications.falsePositiveBound),
      true: share((one) => (one.promotions === 0 ? 0 : one.withoutGain / one.promotions)),
    },
    prior: {
      zero_share: round(
        mean(({ report }) => report.prior.zeroShare),
        3,
      ),
      mean: round(
        mean(({ report }) => report.prior.mean),
        4,
      ),
      scale: round(
        mean(({ report }) => report.prior.scale),
        4,
      ),
    },
    luck: {
      reported_pct: percent(({ report }) => report.luck.compound),
      reported_interval_pct: [
        percent(({ report }) => report.luck.interval[0]),
        percent(({ report }) => report.luck.interval[1]),
      ],
      claimed_pct: round(100 * claimed, 2),
      claimed_se_pct: round((100 * spread) / Math.sqrt(all.length), 2),
      claims_inside_pct: percent(({ report }) =>
        Number(isInside(report.claimed.compound, report.luck.interval)),
      ),
    },
  };
}

/** Rounding of an exponential must not count as a miss. */
const TOLERANCE = 1e-9;

function isInside(value: number, [low, high]: readonly [number, number]): boolean {
  return value >= low - TOLERANCE && value <= high + TOLERANCE;
}

function coverage(all: readonly Programme[], intervalOf: (one: Programme) => [number, number]): Coverage {
  const share = (part: (truth: number, interval: [number, number]) => boolean) =>
    round(
      (100 * all.filter((one) => part(Math.expm1(one.trueLogLift), intervalOf(one))).length) / all.length,
      2,
    );
  return {
    covers: share(isInside),
    truth_below: share((truth, [low]) => truth < low - TOLERANCE),
    truth_above: share((truth, [, high]) => truth > high + TOLERANCE),
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
