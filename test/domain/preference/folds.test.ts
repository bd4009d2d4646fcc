import { describe, expect, it } from 'vitest';
import { foldsOf } from '../../../src/domain/preference/folds.js';

const rows = (...tests: string[]) => tests.map((testId) => ({ testId }));

describe('folds', () => {
  it('are stretches of tests, none of which is divided', () => {
    expect([...foldsOf(rows('a', 'a', 'b', 'c', 'c', 'd'), 2)]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...foldsOf(rows('a', 'b', 'a', 'b'), 2)]).toEqual([0, 1, 0, 1]);
  });

  it('differ by at most one test', () => {
    const folds = foldsOf(rows(...Array.from({ length: 13 }, (_, i) => `t${i}`)), 5);
    const sizes = [0, 1, 2, 3, 4].map((fold) => folds.filter((one) => one === fold).length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBe(1);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(13);
  });
});
