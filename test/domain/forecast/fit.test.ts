import { describe, expect, it } from 'vitest';
import { FOREIGN_PRIOR, fitOf } from '../../../src/domain/forecast/fit.js';
import { forecastOf } from '../../../src/domain/forecast/forecast.js';
import { varianceOfDifference } from '../../../src/domain/forecast/spread.js';
import { Random } from '../../../src/sandbox/random.js';
import { drafts } from './support.js';

/** Groups of three texts whose true log rates are `slope` times the prediction, and something that it misses. */
function simulate(slope: number, groups: number, missed = 0.2) {
  const random = new Random(`fit ${slope}`);
  const heldOut: number[] = [];
  const rows = Array.from({ length: groups }, (_, group) => {
    const level = random.normal() - 4;
    return Array.from({ length: 3 }, () => {
      const predicted = 0.15 * random.normal();
      heldOut.push(predicted);
      const logRate = level + slope * predicted + missed * random.normal() + 0.1 * random.normal();
      return { testId: `t${group}`, group: 'g', logRate, variance: 0.01 };
    });
  }).flat();
  return { rows, heldOut };
}

describe('the fit of held-out predictions', () => {
  it.each([0.3, 1, 2.5])('finds a slope of %s, with its error', (slope) => {
    const { rows, heldOut } = simulate(slope, 800);
    const fit = fitOf(rows, heldOut, () => null);
    expect(Math.abs(fit.slope - slope)).toBeLessThan(4 * Math.sqrt(fit.slopeVariance));
    expect(Math.sqrt(fit.slopeVariance)).toBeLessThan(0.06);
    // Two texts differ by what is missed of both: 2 · 0.2².
    expect(Math.abs(varianceOfDifference(fit.spread, null) - 0.08)).toBeLessThan(0.01);
  });

  it('trusts the model and doubts it without tests', () => {
    expect(fitOf([], [], () => null)).toMatchObject({ slope: 1, slopeVariance: 1 });
  });

  it('believes less of a model learned elsewhere, until own tests show more', () => {
    const at = (groups: number) => {
      const { rows, heldOut } = simulate(1, groups);
      return fitOf(rows, heldOut, () => null, FOREIGN_PRIOR);
    };
    expect(at(0)).toMatchObject({ slope: 0.4, slopeVariance: expect.closeTo(0.09, 12) });
    expect(at(10).slope).toBeLessThan(at(400).slope);
    expect(at(400).slope).toBeCloseTo(1, 0);
    expect(at(400).slope).toBeGreaterThan(0.8);
  });

  it('ignores predictions that say the opposite of what is true', () => {
    const { rows, heldOut } = simulate(-1, 300);
    expect(fitOf(rows, heldOut, () => null).slope).toBe(0);
  });

  it('makes a forecast larger and less certain', () => {
    const spread = { always: 0.1, byDistance: 0 };
    const at = (slope: number, slopeVariance: number) =>
      forecastOf({
        drafts: drafts(2),
        predicted: [0.2, -0.2],
        fit: { slope, slopeVariance, spread },
        similarities: null,
        learned: { tests: 9, basis: 'own' },
      }).drafts[0]!;
    expect(at(2, 0).expected).toBeCloseTo(2 * at(1, 0).expected, 12);
    // Half the difference of two drafts: a quarter of its variance.
    expect(at(1, 1).sd).toBeCloseTo(Math.sqrt(0.1 / 4 + 0.2 ** 2), 12);
    expect(at(1, 1).chanceBest).toBeLessThan(at(1, 0).chanceBest);
  });
});
