/** What the model has been worth here: all scored forecasts together, against knowing nothing. */

import { studentUpperQuantile } from '../evidence/distributions.js';
import { type CalibrationBin, calibrationOf } from './calibration.js';
import type { ForecastScore } from './scoring.js';

/** All thresholds of the verdict. */
export const WORTH_RULES = {
  /** With fewer tests nothing is said. */
  least: 10,
  /** From as many tests on, a lift whose interval ends below `smallLift` is worth nothing. */
  many: 30,
  /** Log rate ratio. */
  smallLift: 0.02,
  /** From as many tests on, a lift whose interval contains 0 is worth nothing. */
  enough: 100,
} as const;

export interface ScoredForecast {
  score: ForecastScore;
  /** When the forecast was made: epoch ms of experiment time. */
  madeAt: number;
}

export interface Estimate {
  mean: number;
  /** 90 %. */
  interval: [low: number, high: number];
}

/** `worth`: the interval of the lift lies above 0. `not_shown`: neither that nor the opposite is shown. */
export type WorthVerdict = { tests: number } & (
  | { code: 'too_few'; least: number }
  | ({ code: 'worth' | 'not_shown' | 'worth_nothing' } & { lift: Estimate })
);

export interface CurvePoint {
  /** Forecasts that had learned from at least `from` and fewer than `to` own tests; null: no upper end. */
  from: number;
  to: number | null;
  tests: number;
  lift: Estimate | null;
}

export interface Worth {
  /** Scored forecasts. */
  tests: number;
  /** When the first of them was made; null without any. */
  since: number | null;
  /** Means over tests; `gain`: by how much it is below that of the forecast that knows nothing. Null with fewer than 2. */
  brier: ScoreMean | null;
  logScore: ScoreMean | null;
  calibration: CalibrationBin[];
  /** Log rate of the first choice less the mean of the others; null if fewer than 2 forecasts had a first choice. */
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

const CURVE_FROM = [0, 10, 25, 50, 100, 200, 400, 800];
const TAIL = 0.05;

export function worthOf(scored: readonly ScoredForecast[]): Worth {
  const scores = scored.map(({ score }) => score);
  const chosen = scores.filter(({ firstChoice }) => firstChoice !== null);
  const lift = liftOf(scores);
  return {
    tests: scores.length,
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
      return { from, to, tests: inside.length, lift: liftOf(inside) };
    }),
    verdict: verdictOf(chosen.length, lift),
  };
}

function verdictOf(tests: number, lift: Estimate | null): WorthVerdict {
  const { least, many, smallLift, enough } = WORTH_RULES;
  if (tests < least || !lift) return { code: 'too_few', tests, least };
  const [low, high] = lift.interval;
  if (low > 0) return { code: 'worth', tests, lift };
  const nothing = (tests >= many && high < smallLift) || tests >= enough;
  return { code: nothing ? 'worth_nothing' : 'not_shown', tests, lift };
}

/**
 * Mean lift under random effects: tests weigh by 1/(variance between tests + own variance), so that a test with few counts
 * says little, and one with very many doesn't decide alone. The variance between tests is Paule and Mandel's (1982). The
 * interval is Hartung and Knapp's (Statistics in Medicine 20, 2001), which holds with few tests.
 */
function liftOf(scores: readonly ForecastScore[]): Estimate | null {
  const lifts = scores.flatMap(({ firstChoice }) => firstChoice ?? []);
  if (lifts.length < 2) return null;
  const at = (between: number) => {
    const weights = lifts.map(({ se }) => 1 / (between + se * se));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = lifts.reduce((sum, { lift }, i) => sum + weights[i]! * lift, 0) / total;
    const q = lifts.reduce((sum, { lift }, i) => sum + weights[i]! * (lift - mean) ** 2, 0);
    return { mean, q, total };
  };
  const degrees = lifts.length - 1;
  let low = 0;
  let high = lifts.reduce((sum, { lift }) => sum + lift * lift, 0);
  if (at(0).q <= degrees) high = 0;
  for (let step = 0; step < 50 && high > 0; step++) {
    const middle = (low + high) / 2;
    if (at(middle).q > degrees) low = middle;
    else high = middle;
  }
  const { mean, q, total } = at(high);
  // Without the lower limit of 1, tests that agree by chance would give an interval that is too narrow.
  const se = Math.sqrt(Math.max(1, q / degrees) / total);
  return around(mean, studentUpperQuantile(TAIL, degrees) * se);
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
    gain: around(gain, studentUpperQuantile(TAIL, n - 1) * Math.sqrt(squares / (n - 1) / n)),
  };
}

function around(mean: number, margin: number): Estimate {
  return { mean, interval: [mean - margin, mean + margin] };
}
