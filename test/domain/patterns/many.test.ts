import { describe, expect, it } from 'vitest';
import { adjustedP, normalPrior, shrunk } from '../../../src/domain/patterns/many.js';
import { normals } from '../reporting/support/draw.js';

describe('false discovery rates', () => {
  it('are those of Benjamini and Hochberg', () => {
    // By hand: 0.018·4/1, 0.02·4/2, 0.03·4/3, 0.5·4/4, each at most the next one.
    const q = adjustedP([0.02, 0.5, 0.018, 0.03]);
    expect(q).toEqual([0.04, 0.5, 0.04, 0.04].map((value) => expect.closeTo(value, 12)));
  });

  it('pass as many as the step-up rule on the published example', () => {
    // Benjamini and Hochberg 1995, section 4: of 15 hypotheses, the first 4 pass at 0.05.
    const ps = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ];
    expect(adjustedP(ps).filter((q) => q <= 0.05)).toHaveLength(4);
    expect(Math.max(...adjustedP(ps))).toBe(1);
  });

  it('of none are none', () => {
    expect(adjustedP([])).toEqual([]);
  });
});

describe('the prior of the effects', () => {
  it('is their variance beyond their errors', () => {
    // By hand, with equal errors: the mean square less the squared error.
    const effects = [0.1, -0.3, 0.2, -0.2].map((effect) => ({ effect, se: 0.1 }));
    expect(normalPrior(effects)).toBeCloseTo(0.18 / 4 - 0.01, 9);
  });

  it('is 0 if the errors explain them, and without an effect', () => {
    expect(normalPrior([0.1, -0.05].map((effect) => ({ effect, se: 0.1 })))).toBe(0);
    expect(normalPrior([])).toBe(0);
  });

  it('is found again in simulated effects with unequal errors', () => {
    const normal = normals(7);
    const effects = Array.from({ length: 2_000 }, (_, i) => {
      const se = 0.01 + 0.0001 * (i % 500);
      return { effect: 0.05 * normal() + se * normal(), se };
    });
    expect(Math.sqrt(normalPrior(effects))).toBeCloseTo(0.05, 2);
  });

  it('shrinks an effect by the share of its variance that is error', () => {
    const { mean, sd } = shrunk({ effect: 0.3, se: 0.1 }, 0.03);
    expect(mean).toBeCloseTo(0.225, 12);
    expect(sd).toBeCloseTo(Math.sqrt(0.75 * 0.01), 12);
    expect(shrunk({ effect: 0.3, se: 0.1 }, 0)).toEqual({ mean: 0, sd: 0 });
  });
});
