import { describe, expect, it } from 'vitest';
import { programmeReport } from '../../../bench/programme/simulate.js';

describe('programmes of twenty tests', () => {
  // A short form of `npm run bench:programme`, which has fifty programmes of forty tests.
  it('claim too much; their shrunk product is within 10 % of the true one on average', () => {
    const { promoted, naive_over_true, shrunk_over_true } = programmeReport({ programmes: 8, tests: 20 });
    expect(promoted).toBeGreaterThan(4);
    expect(Math.abs(shrunk_over_true - 1)).toBeLessThan(0.1);
    expect(naive_over_true).toBeGreaterThan(shrunk_over_true + 0.1);
  });
});
