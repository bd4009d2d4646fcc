/** What the model has been worth here: all scored forecasts that knew something, against knowing nothing. */

import type { Basis } from '../patterns/evidence.js';
import { alwaysValidLift } from './always-valid.js';
import { type CalibrationBin, calibrationOf } from './calibration.js';
import { around, type Estimate, meanLift } from './mean-lift.js';
import type { ForecastScore } from './scoring.js';

/** All thresholds of the verdict. */
export const WORTH_RULES = {
  /** With fewer tests nothing is said. */
  least: 10,
  /** A lift that surely lies below is worth nothing. Log rate ratio. */
  smallLift: 0.02,
  /** From as many tests on, a lift that isn't surely above 0 counts for nothing so far: of lifts of 10 %, 94 % are by then. */
  enough: 150,
} as const;

export interface ScoredForecast {
  score: ForecastScore;
  /** When the forecast was made: epoch ms of experiment time. */
  madeAt: number;
  /** What the forecast rested on; `none`: it knew nothing, so it says nothing about the model. */
  basis: Basis;
}

/** `worth`: the interval of the lift lies above 0. `not_shown`: neither that nor the opposite is shown. `lift`: as in {@link Worth}. */
export type WorthVerdict = { tests: number } & (
  | { code: 'too_few'; least: number }
  | ({ code: 'worth' | 'not_shown' | 'worth_nothing' } & { lift: Estimate | null })
);

export interface CurvePoint {
  /** Forecasts that had learned from at least `from` and fewer than `to` own tests; null: no upper end. */
  from: number;
  to: number | null;
  tests: number;
  lift: Estimate | null;
}

export interface Worth {
  /** Scored forecasts that knew something: all figures are theirs. */
  tests: number;
  /** Scored forecasts that knew nothing. */
  knewNothing: number;
  /** When the first that knew something was made; null without any. */
  since: number | null;
  /** Means over tests; `gain`: by how much it is below that of the forecast that knows nothing. Null with fewer than 2. */
  brier: ScoreMean | null;
  logScore: ScoreMean | null;
  calibration: CalibrationBin[];
  /**
   * Log rate of the first choice less the mean of the others, with an interval that holds at every look; null while that
   * interval has no end.
   */
  lift: Estimate | null;
  /** Pairs that a test told apart. */
  pairs: { right: number; wrong: number };
  curve: CurvePoint[];
  verdict: WorthVerdict;
}

export interface ScoreMean {
  mean: number;
  uniform: number;
  gain: Estimate;
}

/** The numbers of tests at which the bands of a curve over tests begin. */
export const CURVE_FROM = [0, 10, 25, 50, 100, 200, 400, 800];

export function worthOf(all: readonly ScoredForecast[]): Worth {
  const scored = all.filter(({ basis }) => basis !== 'none');
  const scores = scored.map(({ score }) => score);
  const lifts = liftsOf(scores);
  const lift = alwaysValidLift(lifts);
  return {
    tests: scores.length,
    knewNothing: all.length - scores.length,
    since: scored.length === 0 ? null : Math.min(...scored.map(({ madeAt }) => madeAt)),
    brier: scoreMean(scores, 'brier'),
    logScore: scoreMean(scores, 'logScore'),
    calibration: calibrationOf(scores),
    lift,
    pairs: {
      right: scores.reduce((sum, { pairs }) => sum + pairs.right, 0),
      wrong: scores.reduce((sum, { pairs }) => sum + pairs.wrong, 0),
    },
    curve: CURVE_FROM.map((from, index) => {
      const to = CURVE_FROM[index + 1] ?? null;
      const inside = scores.filter(({ learnedFrom: tests }) => tests >= from && (to === null || tests < to));
      return { from, to, tests: inside.length, lift: meanLift(liftsOf(inside)) };
    }),
    verdict: verdictOf(lifts.length, lift),
  };
}

function liftsOf(scores: readonly ForecastScore[]) {
  return scores.flatMap(({ firstChoice }) => firstChoice ?? []);
}

function verdictOf(tests: number, lift: Estimate | null): WorthVerdict {
  const { least, smallLift, enough } = WORTH_RULES;
  if (tests < least) return { code: 'too_few', tests, least };
  const [low, high] = lift?.interval ?? [-Infinity, Infinity];
  if (low > 0) return { code: 'worth', tests, lift };
  return { code: high < smallLift || tests >= enough ? 'worth_nothing' : 'not_shown', tests, lift };
}

function scoreMean(scores: readonly ForecastScore[], of: 'brier' | 'logScore'): ScoreMean | null {
  const n = scores.length;
  if (n < 2) return null;
  const mean = scores.reduce((sum, score) => sum + score[of], 0) / n;
  const uniform = scores.reduce((sum, score) => sum + score.uniform[of], 0) / n;
  const gain = uniform - mean;
  const squares = scores.reduce((sum, score) => sum + (score.uniform[of] - score[of] - gain) ** 2, 0);
  return {
    mean,
    uniform,
    gain: around(gain, Math.sqrt(squares / (n - 1) / n), n),
  };
}
