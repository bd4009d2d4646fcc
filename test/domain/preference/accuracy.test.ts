import { describe, expect, it } from 'vitest';
import { accuracyOf } from '../../../src/domain/preference/accuracy.js';

const row = (testId: string, logRate: number, variance = 0.01) => ({
  ...{ testId, group: '', period: '', text: `${testId} ${logRate}` },
  ...{ logRate, variance },
});

describe('the accuracy of predictions', () => {
  it('counts the pairs that a test told apart, within tests alone', () => {
    // 0 and 0.1 differ by 0.7 standard errors; -1 differs from both. The other test has one text.
    const rows = [row('a', 0), row('a', 0.1), row('a', -1), row('b', 5)];
    expect(accuracyOf(rows, [1, 2, 0, -9])).toEqual({ pairs: 2, accuracy: 1 });
    expect(accuracyOf(rows, [1, -2, 0, 9])).toEqual({ pairs: 2, accuracy: 0.5 });
  });

  it('counts a tie as wrong, and knows nothing without a pair', () => {
    expect(accuracyOf([row('a', 0), row('a', 1)], [3, 3])).toEqual({ pairs: 1, accuracy: 0 });
    expect(accuracyOf([row('a', 0), row('a', 0.1)], [0, 1])).toEqual({ pairs: 0, accuracy: null });
  });
});
