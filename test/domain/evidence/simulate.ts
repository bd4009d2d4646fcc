import type { PairRow, RuleSettings } from '../../../src/domain/evidence/types.js';

/** The minimums of the reference cases. */
export const REFERENCE_SETTINGS: RuleSettings = {
  confidence: 0.95,
  horizonHours: 672,
  minimumHours: 24,
  minimumClicks: 25,
  minimumImpressions: 0,
};

export type Random = () => number;

/** Uniform numbers in [0, 1), determined by the seed (mulberry32). */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A Poisson count, by multiplying uniform numbers; for small means. */
export function poisson(uniform: Random, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > limit; product *= uniform()) count++;
  return count;
}

/** Independent hours of two ads: about `impressions` per hour and ad, Poisson clicks at each ad's own rate. */
export function hourlyRows(
  uniform: Random,
  options: { hours: number; impressions: number; rateA: number; rateB: number },
): PairRow[] {
  const delivered = () => Math.round(options.impressions * (0.6 + 0.8 * uniform()));
  return Array.from({ length: options.hours }, (_, hour) => {
    const exposureA = delivered();
    const exposureB = delivered();
    return {
      exposureA,
      eventsA: Math.min(exposureA, poisson(uniform, exposureA * options.rateA)),
      exposureB,
      eventsB: Math.min(exposureB, poisson(uniform, exposureB * options.rateB)),
      day: hour / 24,
    };
  });
}

export function relativeError(value: number, expected: number): number {
  return expected === 0 ? Math.abs(value) : Math.abs(value / expected - 1);
}

/** A row of a reference file, of an hour since the start: [exposureA, eventsA, exposureB, eventsB]. */
export function pairRow([exposureA, eventsA, exposureB, eventsB]: number[], hour: number): PairRow {
  return {
    exposureA: exposureA!,
    eventsA: eventsA!,
    exposureB: exposureB!,
    eventsB: eventsB!,
    day: hour / 24,
  };
}
