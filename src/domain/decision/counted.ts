/** What the figures of a reason count, where that is less than the metrics beside it show. */

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
 * Names what was counted; empty where it was everything. `known`: what is known by the cut, `all`: what the metrics show.
 * Rules compare the buckets in which both variants delivered.
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
