/** Distributions of the true log rate ratio of challenger over control, and the tests drawn from them. */

import type { PairRow } from '../../src/domain/evidence/types.js';
import type { Random } from '../../src/sandbox/random.js';
import { logUniform } from '../log-uniform.js';

const SCALE = 0.1;

export const TRUTHS = {
  normal_sd_10: (random) => SCALE * random.normal(),
  student_t3_sd_10: (random) => (SCALE / Math.sqrt(3)) * studentT3(random),
  normal_mean_minus_8_sd_10: (random) => -0.08 + SCALE * random.normal(),
  normal_sd_3: (random) => 0.03 * random.normal(),
  zeros_80_normal_sd_10: (random) => (random.uniform() < 0.8 ? 0 : SCALE * random.normal()),
  all_zero: () => 0,
} satisfies Record<string, (random: Random) => number>;

export type World = keyof typeof TRUTHS;
export const WORLDS = Object.keys(TRUTHS) as World[];

/** Its standard deviation is √3. */
function studentT3(random: Random): number {
  const squares = [0, 0, 0].reduce((sum) => sum + random.normal() ** 2, 0);
  return random.normal() / Math.sqrt(squares / 3);
}

/** A test's size is drawn log-uniformly: impressions per ad and 6 hours, and the control's click rate. */
const IMPRESSIONS_PER_LOOK = [500, 5000] as const;
const CLICK_RATE = [0.01, 0.04] as const;

/** One test of `hours` hours; ad B's click rate is e^truth times ad A's. Impressions vary by ±40 % from hour to hour. */
export function drawRows(random: Random, hours: number, truth: number): PairRow[] {
  const perHour = logUniform(random, IMPRESSIONS_PER_LOOK) / 6;
  const rate = logUniform(random, CLICK_RATE);
  const ad = (clickRate: number) => {
    const exposure = Math.round(perHour * (0.6 + 0.8 * random.uniform()));
    return { exposure, events: Math.min(exposure, random.poisson(exposure * clickRate)) };
  };
  return Array.from({ length: hours }, (_, hour) => {
    const [a, b] = [ad(rate), ad(rate * Math.exp(truth))];
    return {
      exposureA: a.exposure,
      eventsA: a.events,
      exposureB: b.exposure,
      eventsB: b.events,
      day: hour / 24,
    };
  });
}
