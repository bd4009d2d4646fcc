/** Reports the buckets whose events the rule replaced, because one ad had far more than is plausible. */

import { adName, type NamedAd } from '../ad-name.js';
import type { Bucket } from '../experiment.js';
import { eventsNoun, type Metric } from '../metric.js';
import { HOUR_MS, instantOf } from '../time.js';
import type { PairEvidence } from './decision.js';
import type { HealthFinding } from './delivery-health.js';

/** More bursts of one ad than this, and more than this share of its buckets, block a promotion. */
const MOST_BURSTS = 5;
const LARGEST_SHARE = 0.01;

interface Found {
  variantId: string;
  /** Epoch ms. */
  at: number;
  events: number;
  expected: number;
}

/** One finding per ad, with its largest burst. `buckets`: those that the test has had so far, by its length in hours. */
export function burstFindings(
  metric: Metric,
  pairs: readonly PairEvidence[],
  {
    startedAt,
    hours,
    buckets,
    ads = [],
  }: { startedAt: number; hours: number; buckets: Bucket; ads?: readonly NamedAd[] },
): HealthFinding[] {
  const found = new Map<string, Found>();
  for (const { variantA, variantB, evidence } of pairs) {
    for (const { ad, day, events, expected } of evidence.bursts ?? []) {
      const variantId = ad === 'A' ? variantA : variantB;
      found.set(`${variantId} ${day}`, {
        variantId,
        at: startedAt + Math.round(day * 24) * HOUR_MS,
        events,
        expected,
      });
    }
  }
  const all = [...found.values()];
  const total = hours / (buckets === 'hour' ? 1 : 24);
  return [...new Set(all.map(({ variantId }) => variantId))].map((variantId): HealthFinding => {
    const own = all.filter((burst) => burst.variantId === variantId);
    const largest = own.reduce((most, burst) => (excess(burst) > excess(most) ? burst : most));
    const many = own.length > MOST_BURSTS && own.length > LARGEST_SHARE * total;
    const named = `${own.length} ${buckets}${own.length === 1 ? '' : 's'} of ${adName(ads, variantId)} with far more ${eventsNoun(metric)} than plausible: bots?`;
    const of = own.length === 1 ? 'it was' : 'the largest was';
    const largestNamed = `${of} ${Math.round(excess(largest))}× what its neighbours and the other ads make plausible (${largest.events} instead of ${largest.expected}, at ${instantOf(largest.at)})`;
    return many
      ? {
          code: 'bursts',
          level: 'block',
          message: `${named} ${own.length} > ${MOST_BURSTS}, and > ${100 * LARGEST_SHARE} % of the test; ${largestNamed}`,
        }
      : {
          code: 'bursts',
          level: 'warn',
          message: `${named} ${own.length === 1 ? 'It counts' : 'They count'} as plausible; ${largestNamed}`,
        };
  });
}

function excess({ events, expected }: Found): number {
  return events / Math.max(1, expected);
}
