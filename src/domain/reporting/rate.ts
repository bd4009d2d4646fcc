/** Shares of a count, with their interval, and the middle of a few numbers. Too few are no figure. */

import { Z95 } from './lift.js';

/** With fewer, a share says nothing: of 4 out of 4, the interval still begins at 51 %. */
export const LEAST_FOR_A_RATE = 5;

export interface Rate {
  part: number;
  of: number;
  /** part/of, a fraction; null if `of` is below {@link LEAST_FOR_A_RATE}. */
  share: number | null;
  /**
   * 95 % score interval (Wilson 1927; advised for small counts by Brown, Cai and DasGupta 2001); null with the share. With
   * p = part/of and n = of: (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n).
   */
  interval: [low: number, high: number] | null;
}

/** @throws RangeError unless 0 ≤ part ≤ of */
export function rateOf(part: number, of: number): Rate {
  if (!(part >= 0 && part <= of)) throw new RangeError(`part must lie between 0 and ${of}, got ${part}`);
  if (of < LEAST_FOR_A_RATE) return { part, of, share: null, interval: null };
  const share = part / of;
  const square = (Z95 * Z95) / of;
  const centre = share + square / 2;
  const margin = Z95 * Math.sqrt((share * (1 - share)) / of + square / (4 * of));
  const ends = [centre - margin, centre + margin].map((end) =>
    Math.min(1, Math.max(0, end / (1 + square))),
  ) as [number, number];
  // The ends at 0 and 1 are exact; rounding must not move them.
  return { part, of, share, interval: [part === 0 ? 0 : ends[0], part === of ? 1 : ends[1]] };
}

/** With fewer, a quarter of them is no whole number. */
export const LEAST_FOR_QUARTILES = 4;

export interface Middle {
  of: number;
  /** Null without a number. */
  median: number | null;
  /** Of the lower and the upper quarter; null with fewer than {@link LEAST_FOR_QUARTILES}. */
  quartiles: [lower: number, upper: number] | null;
}

export function middleOf(values: readonly number[]): Middle {
  const sorted = [...values].sort((x, y) => x - y);
  const of = sorted.length;
  return {
    of,
    median: of === 0 ? null : quantileOf(sorted, 0.5),
    quartiles: of < LEAST_FOR_QUARTILES ? null : [quantileOf(sorted, 0.25), quantileOf(sorted, 0.75)],
  };
}

/** Linear between the two sorted values around place p·(n − 1), counted from 0 (Hyndman and Fan 1996, type 7). */
function quantileOf(sorted: readonly number[], p: number): number {
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (place - below) * (high - low);
}
