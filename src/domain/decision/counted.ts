/** Explains why a figure in a reason is smaller than in the metrics shown with it. */

import { HOUR_MS, instantOf } from '../time.js';
import type { Stratum } from './strata.js';

/** At a look, Meta hasn't booked all events of the last attribution window: only buckets that end by `until` count. */
export interface Cut {
  /** Epoch ms. */
  until: number;
  windowHours: number;
  /** The start of the test, epoch ms. */
  startedAt: number;
}

/**
 * ` (conversions count 7 days after the click: those since 2026-05-12 14:00 UTC don't count yet)`, or since when the first
 * ones count.
 */
export function beforeCut({ until, windowHours, startedAt }: Cut): string {
  const window = windowHours % 24 === 0 && windowHours > 24 ? `${windowHours / 24} days` : `${windowHours} h`;
  const which =
    until <= startedAt
      ? `the first will count on ${instantOf(startedAt + windowHours * HOUR_MS)}`
      : `those since ${instantOf(until)} don't count yet`;
  return ` (conversions count ${window} after the click: ${which})`;
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
  return `${together}, of ${all} in all${before}`;
}
