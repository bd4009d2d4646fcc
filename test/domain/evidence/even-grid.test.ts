import { describe, expect, it } from 'vitest';
import { firstBound, spendingBounds } from '../../../src/domain/evidence/boundary.js';
import {
  boundOf,
  densityWithin,
  type EvenRegion,
  firstDensity,
  LEAST_GROWTH,
  nextDensities,
} from '../../../src/domain/evidence/even-grid.js';
import { spentFraction } from '../../../src/domain/evidence/sequential.js';
import { gaussBounds } from './gauss-recursion.js';
import { random } from './simulate.js';

/** Bounds by look, then by α. Every look must spend something. */
function evenBounds(information: number[], fractions: number[], alphas: number[]): number[][] {
  let regions: EvenRegion[] = [];
  return information.map((now, k) => {
    const densities = k === 0 ? alphas.map(firstDensity) : nextDensities(regions, information[k - 1]!, now);
    regions = densities.map((density, i) => {
      const spend = alphas[i]! * (fractions[k]! - (fractions[k - 1] ?? 0));
      const bound = k === 0 ? firstBound(spend) : boundOf(density, spend);
      return { bound, density: densityWithin(density, bound) };
    });
    return regions.map(({ bound }) => bound);
  });
}

/** The largest difference from Gauss-Legendre quadrature, at any look and α. */
function worstError(information: number[], fractions: number[], alphas: number[]): number {
  const bounds = evenBounds(information, fractions, alphas);
  const errors = alphas.flatMap((alpha, i) =>
    gaussBounds(
      information,
      fractions.map((fraction) => fraction * alpha),
      440,
    ).map((exact, k) => Math.abs(bounds[k]![i]! - exact)),
  );
  expect(errors).toHaveLength(information.length * alphas.length);
  return Math.max(...errors);
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const growing = (looks: number, growth: number): number[] => numbers(1, looks).map((k) => (1 + growth) ** k);

describe('bounds on the even grid', () => {
  it('agree with another quadrature: one look every 6 h', () => {
    const at = numbers(4, 112);
    const fractions = at.map((k) => spentFraction(6 * k, 672));
    expect(worstError(at, fractions, [0.96, 0.3, 0.048, 1e-3, 1e-6, 1e-9])).toBeLessThan(1e-5);
  });

  it('agree with another quadrature: one look every 3 h', () => {
    const at = numbers(8, 224);
    const fractions = at.map((k) => spentFraction(3 * k, 672));
    expect(worstError(at, fractions, [0.048, 1e-6])).toBeLessThan(5e-5);
  });

  it.each([
    [0.003, 1.5e-4],
    [0.01, 1e-5],
  ])('agree with another quadrature: 300 looks, each with %d more information', (growth, tolerance) => {
    const fractions = numbers(1, 300).map((k) => spentFraction(k, 300));
    expect(worstError(growing(300, growth), fractions, [0.3, 1e-5])).toBeLessThan(tolerance);
  });

  it('agree with another quadrature: looks at irregular distances', () => {
    const uniform = random(7);
    let now = 1;
    const information = numbers(1, 60).map(() => {
      now *= 1.003 + 0.5 * uniform() ** 4;
      return now;
    });
    const fractions = numbers(1, 60).map((k) => spentFraction(k, 60));
    expect(worstError(information, fractions, [0.96, 0.3, 0.0096, 1e-4, 1e-7])).toBeLessThan(5e-5);
  });
});

describe('the quadratures', () => {
  it('of the check and of boundary.ts agree if both are fine', () => {
    const at = numbers(4, 60);
    const spent = at.map((k) => 1e-5 * spentFraction(k, 60));
    const gauss = gaussBounds(at, spent, 400);
    for (const [k, bound] of spendingBounds(at, spent, 192).entries()) {
      expect(Math.abs(bound - gauss[k]!)).toBeLessThan(1e-5);
    }
  });
});

describe('a single step', () => {
  it('finds the normal quantile of a first look', () => {
    for (const spend of [0.99, 0.5, 0.05, 1e-3, 1e-6, 1e-10]) {
      expect(boundOf(firstDensity(), spend)).toBeCloseTo(firstBound(spend), 6);
    }
  });

  it('spends nothing beyond 8.4, and the density goes on as if there had been no look', () => {
    const density = firstDensity();
    expect(boundOf(density, 0)).toBe(Infinity);
    expect(boundOf(density, 1e-18)).toBe(Infinity);
    const [next] = nextDensities([{ bound: Infinity, density: densityWithin(density, Infinity) }], 1, 1.5);
    for (let i = 0; i <= 150; i++) expect(next![i]).toBeCloseTo(density[i]!, 10);
  });

  it('leaves nothing after a bound of 0', () => {
    const [next] = nextDensities([{ bound: 0, density: densityWithin(firstDensity(), 0) }], 1, 1.5);
    expect(Math.max(...next!)).toBeLessThan(1e-15);
    expect(boundOf(next!, 0.1)).toBeLessThan(1e-6);
  });

  it('refuses information that grows too little for its spacing', () => {
    const region = { bound: 3, density: densityWithin(firstDensity(), 3) };
    expect(() => nextDensities([region], 100, 100 * (1 + 0.9 * LEAST_GROWTH))).toThrow(RangeError);
    expect(() => nextDensities([region], 100, 90)).toThrow(RangeError);
    expect(nextDensities([region], 100, 100 * (1 + 1.1 * LEAST_GROWTH))).toHaveLength(1);
  });
});
