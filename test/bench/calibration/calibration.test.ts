import { afterAll, describe, expect, it } from 'vitest';
import { marketReport, summary } from '../../../bench/calibration/report.js';
import { openEncoder } from '../../../src/clients/encoder/open-encoder.js';
import type { ForecastScore } from '../../../src/domain/forecast/scoring.js';

const encoder = openEncoder('use-lite', { cache: '' });
afterAll(() => encoder.close());

describe('the calibration of forecasts', () => {
  it('holds in a short run of the sandbox market, and without effects nothing is claimed', async () => {
    const { some_effects, no_effects } = await marketReport({ tests: 120, seed: 5 }, encoder);
    for (const { tests, largest_z, chi_square } of [some_effects, no_effects]) {
      expect(tests).toBe(120);
      expect(chi_square.bins).toBeGreaterThan(2);
      expect(largest_z).toBeLessThan(2.6);
    }
    expect(some_effects.verdict).toBe('worth');
    expect(['not_shown', 'worth_nothing']).toContain(no_effects.verdict);
  }, 180_000);

  it('shows if chances come true less often than they say', () => {
    const hits = [1, 0, 0, 0];
    const scores = Array.from({ length: 80 }, (_, i): ForecastScore => {
      const hit = hits[i % hits.length]!;
      return {
        learnedFrom: 10,
        drafts: [
          { id: 'a', probability: 0.62, hit },
          { id: 'b', probability: 0.38, hit: 1 - hit },
        ],
        brier: 0,
        logScore: 0,
        uniform: { brier: 0, logScore: 0 },
        firstChoice: null,
        pairs: { right: 0, wrong: 0 },
      };
    });
    const { bins, largest_z, chi_square, verdict } = summary(scores);
    const z = (0.25 - 0.62) / Math.sqrt((0.62 * 0.38) / 80);
    expect(bins[6]!.z).toBeCloseTo(z, 9);
    expect(largest_z).toBeCloseTo(-z, 9);
    expect(chi_square).toEqual({ value: expect.closeTo(2 * z * z, 9), bins: 2 });
    expect(verdict).toBe('too_few');
  });
});
