/**
 * Simulated tests of two to six ads: 672 hours, sizes and daily cycle as in `decisions/worlds.ts`. A test depends only on
 * seed, configuration, world and run.
 */

import { type DriftHistory, pooledHistory } from '../../src/domain/evidence/drift.js';
import { robustRatio } from '../../src/domain/evidence/estimate.js';
import { Random } from '../../src/sandbox/random.js';

export const HOURS = 672;

/** `drift_5`: each challenger's log rate wanders against the control's, sd 5 %, with a memory of 24 hours. */
export const WORLDS = ['iid', 'overdispersed_40', 'drift_5'] as const;
export type World = (typeof WORLDS)[number];

/** Rates relative to the control's, which comes first. */
export const CONFIGURATIONS = {
  two_equal: [1, 1],
  three_equal: [1, 1, 1],
  four_equal: [1, 1, 1, 1],
  six_equal: [1, 1, 1, 1, 1, 1],
  two_on_top: [1, 1, 0.8, 0.8],
  slightly_worse: [1, 0.98, 0.98, 0.98],
  all_worse: [1, 0.9, 0.9, 0.9],
  within_the_zone: [1, 1.03, 1.03, 1.03],
  one_clear: [1, 1, 1.2, 1.05],
  two_close: [1, 1.2, 1.17, 1],
  three_as_good: [1, 1.2, 1.2, 1.2],
  five_as_good: [1, 1.1, 1.1, 1.1, 1.1, 1.1],
  just_beyond: [1, 1.2, 1.14, 1.14],
  many_just_beyond: [1, 1.2, 1.14, 1.14, 1.14, 1.14],
} as const satisfies Record<string, readonly number[]>;
export type Configuration = keyof typeof CONFIGURATIONS;
export const CONFIGURATION_NAMES = Object.keys(CONFIGURATIONS) as Configuration[];

const IMPRESSIONS_PER_LOOK = [500, 5000] as const;
const CLICK_RATE = [0.01, 0.04] as const;
const DAILY_SWING = 0.6;
const DELIVERY_NOISE = 0.2;
const OVERDISPERSION = 0.4;
const DRIFT = 0.05;
const MEMORY_HOURS = 24;
const HISTORY_TESTS = 40;
/** True log lifts of the account's earlier tests. */
const HISTORY_SD = 0.1;

/** What one ad did, per hour. */
export interface Ad {
  impressions: Float64Array;
  clicks: Float64Array;
}

/** How large the tests are: drawn log-uniformly per test, or all as the largest of these. */
export const TRAFFIC = ['drawn', 'largest'] as const;
export type Traffic = (typeof TRAFFIC)[number];

export function drawTest(key: string, world: World, rates: readonly number[], traffic: Traffic): Ad[] {
  const random = new Random(key);
  const [impressions, clickRate] = [IMPRESSIONS_PER_LOOK, CLICK_RATE].map(([low, high]) => {
    const drawn = low * (high / low) ** random.uniform();
    return traffic === 'largest' ? high : drawn;
  }) as [number, number];
  const phase = random.uniform();
  const ads = rates.map(
    (): Ad => ({ impressions: new Float64Array(HOURS), clicks: new Float64Array(HOURS) }),
  );
  const decay = Math.exp(-1 / MEMORY_HOURS);
  const wander = rates.map((_, i) => (world === 'drift_5' && i > 0 ? DRIFT * random.normal() : 0));
  for (let hour = 0; hour < HOURS; hour++) {
    const swing = 1 + DAILY_SWING * Math.sin(2 * Math.PI * (hour / 24 + phase));
    for (const [i, ad] of ads.entries()) {
      if (world === 'drift_5' && i > 0 && hour > 0) {
        wander[i] = wander[i]! * decay + DRIFT * Math.sqrt(1 - decay * decay) * random.normal();
      }
      const n = random.poisson((impressions / 6) * swing * random.factor(DELIVERY_NOISE));
      const noise = world === 'overdispersed_40' ? random.factor(OVERDISPERSION) : 1;
      // The mean of e^wander is e^(DRIFT²/2).
      const drift = world === 'drift_5' && i > 0 ? Math.exp(wander[i]! - (DRIFT * DRIFT) / 2) : 1;
      ad.impressions[hour] = n;
      ad.clicks[hour] = random.binomial(n, clickRate * rates[i]! * noise * drift);
    }
  }
  return ads;
}

/** What 40 earlier tests of two ads in this world say about drift. `account`: a key of its own for each account. */
export function historyOf(account: string, world: World): DriftHistory {
  const lifts = new Random(`${account} ${world} history`);
  const tests = Array.from({ length: HISTORY_TESTS }, (_, test) => {
    const rates = [1, Math.exp(HISTORY_SD * lifts.normal())];
    const [a, b] = drawTest(`${account} ${world} history ${test}`, world, rates, 'drawn');
    const rows = Array.from({ length: HOURS }, (_, hour) => ({
      exposureA: a!.impressions[hour]!,
      eventsA: a!.clicks[hour]!,
      exposureB: b!.impressions[hour]!,
      eventsB: b!.clicks[hour]!,
      day: hour / 24,
    }));
    const { drift } = robustRatio(rows, {}, pooledHistory([]));
    return [drift?.logLikelihood ?? []];
  });
  return pooledHistory(tests);
}
