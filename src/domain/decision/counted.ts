/** Explains why a figure in a reason is smaller than in the metrics shown with it. */

import { instantOf } from '../time.js';
import type { Stratum } from './strata.js';

/** At a look, Meta hasn't booked all events of the last attribution window: only buckets that end by `until` count. */
export interface Cut {
  /** Epoch ms. */
  until: number;
  windowHours: number;
}

/** ` before 2026-05-12 14:00 UTC (attribution window of 168 h)`. */
export function beforeCut({ until, windowHours }: Cut): string {
  return ` before ${instantOf(until)} (attribution window of ${windowHours} h)`;
}

/**
 * Names the part that was counted; empty if everything was. `known`: the figure up to the cut; `all`: the figure in the
 * metrics. They may differ from `counted`, because rules only use buckets in which both variants delivered.
 */
export function countedOf(
  { counted, known, all }: { counted: number; known: number; all: number },
  cut: Cut | null,
  stratum: Stratum,
): string {
  if (counted === all) return '';
  const before = cut !== null && known !== all ? beforeCut(cut) : '';
  const together = counted === known ? '' : ` in the ${stratum}s in which both delivered`;
  return `${before}${together}, of ${all} in all`;
}
