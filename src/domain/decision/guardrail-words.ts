/** How far a winner's guardrail is, or may be, from its limit, in words. */
import type { Metric } from '../metric.js';
import { percent } from '../percent.js';

/** A relative change of the metric that users read, its limit, and the confidence in per cent. */
interface Bound {
  change: number;
  limit: number;
  confidence: number;
}

/** `it may still be as high as +52.4 %, and the limit is +33.3 % (95 % confidence)`. */
export function mayBeBeyond({ inverse }: Metric, { change, limit, confidence }: Bound): string {
  return `it may still be as ${inverse ? 'high' : 'low'} as ${percent(change)}, and the limit is ${percent(limit)} (${confidence} % confidence)`;
}

/** `at most +12.4 %, within the limit of +33.3 % (95 % confidence)`. */
export function isWithin({ inverse }: Metric, { change, limit, confidence }: Bound): string {
  return `${inverse ? 'at most' : 'at least'} ${percent(change)}, within the limit of ${percent(limit)} (${confidence} % confidence)`;
}

/** `at least +34.0 %, beyond the limit of +33.3 % (95 % confidence)`; with a limit of 0, `… , which is worse (…)`. */
export function isBeyond({ inverse }: Metric, { change, limit, confidence }: Bound): string {
  const beyond = limit === 0 ? 'which is worse' : `beyond the limit of ${percent(limit)}`;
  return `${inverse ? 'at least' : 'at most'} ${percent(change)}, ${beyond} (${confidence} % confidence)`;
}
