/** The impressions of finished headline tests, dealt out as streams: of a test only the totals are known. */

import type { Random } from '../../sandbox/random.js';
import { emptyStream, type Stream } from './stream.js';

/** Impressions and clicks of one ad in each look. */
export interface Dealt {
  impressions: Float64Array;
  clicks: Float64Array;
}

/**
 * Spreads an ad's impressions over `looks` nearly equal slices in random order: the clicks of each look are a
 * hypergeometric draw without replacement. Each click is drawn from the impressions that have none yet, each equally
 * likely, which gives the same distribution.
 */
export function deal(random: Random, impressions: number, clicks: number, looks: number): Dealt {
  const slices = new Float64Array(looks);
  for (let k = 0; k < looks; k++) {
    slices[k] = Math.floor(((k + 1) * impressions) / looks) - Math.floor((k * impressions) / looks);
  }
  // Deals the rarer of clicks and non-clicks, so that few draws hit an impression that is already dealt.
  const rarer = Math.min(clicks, impressions - clicks);
  const dealt = new Float64Array(looks);
  for (let done = 0; done < rarer; ) {
    const position = Math.floor(random.uniform() * impressions);
    // The slice of a position is the look with floor(k·n/looks) ≤ position < floor((k+1)·n/looks).
    const look = Math.ceil(((position + 1) * looks) / impressions) - 1;
    if (random.uniform() * slices[look]! < dealt[look]!) continue;
    dealt[look]! += 1;
    done++;
  }
  return { impressions: slices, clicks: rarer === clicks ? dealt : slices.map((n, k) => n - dealt[k]!) };
}

export function streamOf(a: Dealt, b: Dealt): Stream {
  const stream = emptyStream(a.impressions.length);
  stream.impressionsA.set(a.impressions);
  stream.clicksA.set(a.clicks);
  stream.impressionsB.set(b.impressions);
  stream.clicksB.set(b.clicks);
  return stream;
}
