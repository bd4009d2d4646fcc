import type { Variant } from '../../../src/domain/experiment.js';
import type { Metric } from '../../../src/domain/metric.js';
import type { Observed } from '../../../src/domain/pair-rows.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { Random } from '../../../src/sandbox/random.js';

export const START = Date.UTC(2026, 2, 2);
export const hourAt = (hour: number): number => START + hour * HOUR_MS;

export const variants = ['control', 'c1'].map(
  (id, index): Variant => ({
    id,
    role: index === 0 ? 'control' : 'challenger',
    adId: `60${index}`,
    adSetId: `50${index}`,
    creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
  }),
);

/** The traffic of an ad; money in minor units. */
export interface AdRates {
  impressions: number;
  /** Link clicks per impression. */
  linkClicks: number;
  /** Conversions per link click. */
  conversions: number;
  /** Mean value of an order. */
  revenue: number;
}

export const USUAL: AdRates = { impressions: 2_000, linkClicks: 0.05, conversions: 0.06, revenue: 4_000 };

/** Hours of two ads: counts are Poisson; order values are lognormal, with this deviation of the logarithm (1: CV 1.3). */
export function traffic(key: string, hours: number, ads: readonly AdRates[], deviation = 1): Observed[] {
  const draws = new Random(key);
  return Array.from({ length: hours }, (_, hour) =>
    ads.map((ad, index): Observed => {
      const impressions = draws.poisson(ad.impressions);
      const linkClicks = draws.poisson(impressions * ad.linkClicks);
      const conversions = draws.poisson(linkClicks * ad.conversions);
      let revenue = 0;
      for (let order = 0; order < conversions; order++) {
        revenue += Math.exp(deviation * draws.normal() - deviation ** 2 / 2) * ad.revenue;
      }
      return {
        variantId: variants[index]!.id,
        bucketStart: hourAt(hour),
        bucketEnd: hourAt(hour + 1),
        impressions,
        clicks: linkClicks,
        linkClicks,
        spend: impressions,
        conversions,
        revenue: Math.round(revenue),
      };
    }),
  ).flat();
}

/** The usual ad, with a metric's numerator multiplied by `factor`. */
export function improved({ worth, events }: Metric, factor: number): AdRates {
  const field = worth ?? events;
  return { ...USUAL, [field]: USUAL[field] * factor };
}
