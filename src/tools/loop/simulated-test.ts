/** One test without a server: hours as the market draws them, and the service's own looks. */

import { takeLook } from '../../domain/decision/look.js';
import type { Creative, Policy } from '../../domain/experiment.js';
import { NOTHING_DELIVERED } from '../../domain/metric.js';
import type { Observed } from '../../domain/pair-rows.js';
import { HOUR_MS } from '../../domain/time.js';
import { CLICK_CV, PACE_CV, PRICE_CV, PRICE_PER_MILLE } from '../../sandbox/meta-simulator/delivery.js';
import { Random } from '../../sandbox/random.js';
import type { TestOutcome } from './programme.js';

export interface SimulatedTest {
  /** Draws depend only on it. */
  key: string;
  /** Link clicks per impression, the control's first. */
  clickRates: readonly number[];
  /** Of each ad, minor units. */
  dailyBudget: number;
  /** By clicks per impression, in hours, without guardrails: nothing else is simulated. */
  policy: Policy;
}

const SILENT: Creative = { hook: null, headline: null, text: null, script: null, visualNotes: null };

/** Looks begin after the minimum and end at the horizon, as those of the service that count. No ad is dropped. */
export function simulateTest({ key, clickRates, dailyBudget, policy }: SimulatedTest): TestOutcome {
  const random = new Random(key);
  const variants = clickRates.map((_, i) => {
    const id = i === 0 ? 'control' : `challenger-${i}`;
    const role = i === 0 ? ('control' as const) : ('challenger' as const);
    return { id, role, adId: id, adSetId: id, creative: SILENT };
  });
  const observations: Observed[] = [];
  let states: Record<string, Uint8Array> = {};
  let previous: ReturnType<typeof takeLook>['pairs'] | null = null;
  let looks = 0;
  let promoted: number | null = null;
  for (let hour = 1; hour <= policy.horizonHours && promoted === null; hour++) {
    for (const [i, { id }] of variants.entries())
      observations.push({ variantId: id, ...anHour(random, hour - 1, clickRates[i]!, dailyBudget) });
    if (hour < policy.minimumRunHours || hour % policy.checkEveryHours !== 0) continue;
    const look = takeLook({
      experiment: { variants, policy, startedAt: 0 },
      dueAt: hour * HOUR_MS,
      lookNumber: ++looks,
      ...{ observations, previous, states },
    });
    ({ states, pairs: previous } = look);
    if (look.verdict === 'promote') promoted = variants.findIndex(({ id }) => id === look.winnerVariantId);
  }
  const arms = variants.map(({ id }) => {
    const own = observations.filter(({ variantId }) => variantId === id);
    const sum = (field: 'linkClicks' | 'impressions') => own.reduce((total, row) => total + row[field], 0);
    return { clicks: sum('linkClicks'), impressions: sum('impressions') };
  });
  return { promoted, arms };
}

/** As `Delivery` draws it, without the shape of the day and the drift, which all ads share. */
function anHour(random: Random, hour: number, clickRate: number, dailyBudget: number) {
  const price = (PRICE_PER_MILLE / 1_000) * random.factor(PRICE_CV);
  const impressions = random.poisson(((dailyBudget / 24) * random.factor(PACE_CV)) / price);
  const linkClicks = random.binomial(impressions, Math.min(1, clickRate * random.factor(CLICK_CV)));
  return {
    ...NOTHING_DELIVERED,
    ...{ impressions, linkClicks, clicks: linkClicks, spend: impressions * price },
    bucketStart: hour * HOUR_MS,
    bucketEnd: (hour + 1) * HOUR_MS,
  };
}
