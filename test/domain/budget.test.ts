import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currencyOffset, formatAmount, splitInProportion, totalOf } from '../../src/domain/budget.js';

/** Currencies whose budgets are in whole units at Meta. */
const WHOLE = ['CLP', 'COP', 'CRC', 'HUF', 'ISK', 'IDR', 'JPY', 'KRW', 'PYG', 'TWD', 'VND'];

describe('currencyOffset', () => {
  it.each(WHOLE)('%s has no minor unit at Meta', (currency) => {
    expect(currencyOffset(currency)).toBe(1);
  });

  // ISO 4217 has three decimals for KWD and none for UGX; Meta's table has 100 for both.
  it.each(['USD', 'EUR', 'GBP', 'INR', 'KWD', 'UGX'])('%s has 100 minor units per unit', (currency) => {
    expect(currencyOffset(currency)).toBe(100);
  });
});

describe('formatAmount', () => {
  it.each([
    [5000, 'USD', 'USD 50.00'],
    [1, 'EUR', 'EUR 0.01'],
    [12_345, 'INR', 'INR 123.45'],
    [5000, 'JPY', 'JPY 5000'],
    [0, 'HUF', 'HUF 0'],
  ])('%i minor units of %s', (amount, currency, text) => {
    expect(formatAmount(amount, currency)).toBe(text);
  });

  it('keeps every minor unit of amounts up to a billion', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000_000_000 }),
        fc.constantFrom('USD', 'JPY'),
        (amount, currency) => {
          const digits = formatAmount(amount, currency).replace(/\D/g, '');
          expect(Number(digits)).toBe(amount);
        },
      ),
    );
  });
});

describe('splitInProportion', () => {
  it.each<[number, number[], number[]]>([
    [100, [1, 1], [50, 50]],
    [101, [1, 1], [51, 50]],
    [100, [1, 1, 1], [34, 33, 33]],
    [4000, [5000, 3000], [2500, 1500]],
    [1, [1, 3], [0, 1]],
    [0, [2, 3], [0, 0]],
    [7, [0, 5], [0, 7]],
  ])('%i by %j', (total, weights, parts) => {
    expect(splitInProportion(total, weights)).toEqual(parts);
  });

  it('sums exactly, and each part is less than one unit from its exact share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000_000 }),
        fc.array(fc.integer({ min: 1, max: 10_000_000_000 }), { minLength: 1, maxLength: 6 }),
        (total, weights) => {
          const parts = splitInProportion(total, weights);
          const sum = weights.reduce((a, b) => a + b, 0);
          expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
          parts.forEach((part, index) => {
            expect(Number.isSafeInteger(part) && part >= 0).toBe(true);
            // Exact arithmetic: |part − total·w/sum| < 1.
            const distance = BigInt(part) * BigInt(sum) - BigInt(total) * BigInt(weights[index]!);
            expect(distance < 0n ? -distance : distance).toBeLessThan(BigInt(sum));
          });
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  it.each([
    [-1, [1]],
    [1.5, [1]],
    [Number.NaN, [1]],
    [10, []],
    [10, [0, 0]],
  ])('refuses %d by %j', (total, weights) => {
    expect(() => splitInProportion(total, weights)).toThrow(RangeError);
  });
});

describe('totalOf', () => {
  it('adds up', () => {
    expect(totalOf({ a: 5000, b: 3001 })).toBe(8001);
    expect(totalOf({})).toBe(0);
  });
});
