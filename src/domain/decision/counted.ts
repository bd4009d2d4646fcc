/** Explains a figure in a reason that counts less than the metrics that are shown with it. */

import type { Bucket } from '../experiment.js';
import { instantOf } from '../time.js';

/** Events younger than the attribution window are not all booked at a look: only buckets that end by `until` count. */
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
 * Names the part that was counted; empty if everything was. `known`: the figure by the cut, `all`: the figure in the
 * metrics. Rules compare the buckets in which both variants delivered.
 */
export function countedOf(
  { counted, known, all }: { counted: number; known: number; all: number },
  cut: Cut | null,
  bucket: Bucket,
): string {
  if (counted === all) return '';
  const before = cut !== null && known !== all ? beforeCut(cut) : '';
  const together = counted === known ? '' : ` in the ${bucket}s in which both delivered`;
  return `${before}${together}, of ${all} in all`;
}
