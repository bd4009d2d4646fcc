import { describe, expect, it } from 'vitest';
import { middleOf, rateOf } from '../../../src/domain/reporting/rate.js';

describe('a share of a count', () => {
  // Newcombe 1998, table I: method 3 (score).
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('has the score interval of the literature: %i of %i', (part, of, low, high) => {
    const { share, interval } = rateOf(part, of);
    expect(share).toBe(part / of);
    expect(interval).toEqual([expect.closeTo(low, 4), expect.closeTo(high, 4)]);
  });

  it('mirrors its interval, and has exact ends at 0 and 1', () => {
    const [low, high] = rateOf(3, 11).interval!;
    expect(rateOf(8, 11).interval).toEqual([expect.closeTo(1 - high, 12), expect.closeTo(1 - low, 12)]);
    expect(rateOf(0, 7).interval![0]).toBe(0);
    expect(rateOf(7, 7).interval![1]).toBe(1);
  });

  it('is none of fewer than 5', () => {
    expect(rateOf(4, 4)).toEqual({ part: 4, of: 4, share: null, interval: null });
    expect(rateOf(4, 5).share).toBe(0.8);
  });

  it('refuses a part that is larger than the whole', () => {
    expect(() => rateOf(6, 5)).toThrow('part must lie between 0 and 5, got 6');
    expect(() => rateOf(-1, 5)).toThrow(RangeError);
  });
});

describe('the middle of numbers', () => {
  it('has the median of any, and quartiles from 4 on', () => {
    expect(middleOf([])).toEqual({ of: 0, median: null, quartiles: null });
    expect(middleOf([7])).toEqual({ of: 1, median: 7, quartiles: null });
    expect(middleOf([9, 1, 5])).toEqual({ of: 3, median: 5, quartiles: null });
    // R: quantile(c(1, 3, 4, 10)), type 7.
    expect(middleOf([10, 1, 4, 3])).toEqual({ of: 4, median: 3.5, quartiles: [2.5, 5.5] });
  });
});
