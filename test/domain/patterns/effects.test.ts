import { describe, expect, it } from 'vitest';
import { studentTwoSidedP, studentUpperQuantile } from '../../../src/domain/evidence/distributions.js';
import {
  type Arm,
  effectOf,
  effectsOf,
  logRateOf,
  type PatternTest,
  testsThatVary,
} from '../../../src/domain/patterns/effects.js';

const arm = (x: number | null, logRate: number, variance = 0.0001, group = 'g'): Arm => ({
  attributes: { a: x },
  group,
  logRate,
  variance,
});

/** Tests of two arms, one with the attribute, with these log rate ratios. */
const pairs = (ratios: readonly number[], variances: readonly number[] = []): PatternTest[] =>
  ratios.map((ratio, i) => {
    const variance = variances[i] ?? 0.0001;
    return { id: `t${i}`, arms: [arm(0, i, variance), arm(1, i + ratio, variance)] };
  });

const RATIOS = [0.1, 0.3, 0.2, 0.4, -0.1, 0.05, 0.25, 0.15, 0.5, 0.15];

describe('a log rate', () => {
  it('is the empirical logit with its variance', () => {
    expect(logRateOf(9, 100)).toEqual({
      logRate: Math.log(9.5 / 91.5),
      variance: 1 / 9.5 + 1 / 91.5,
    });
    expect(logRateOf(0, 1).logRate).toBeCloseTo(Math.log(1 / 3), 12);
  });

  it.each([
    [1, 0, 'trials must be at least 1, got 0'],
    [-1, 10, 'events must lie between 0 and the 10 trials, got -1'],
    [11, 10, 'events must lie between 0 and the 10 trials, got 11'],
    [Number.NaN, 10, 'events must lie between 0 and the 10 trials, got NaN'],
  ])('of %d events in %d trials is refused', (events, trials, fault) => {
    expect(() => logRateOf(events, trials)).toThrow(fault);
  });
});

describe('the effect of an attribute', () => {
  it('over tests of equal weight is the mean of their ratios, with the error of a mean', () => {
    const effect = effectOf(pairs(RATIOS), 'a')!;
    // By hand: mean 0.2; squared deviations sum to 0.27; standard error √(0.27/9/10).
    const se = Math.sqrt(0.27 / 9 / 10);
    expect(effect.effect).toBeCloseTo(0.2, 12);
    expect(effect.se).toBeCloseTo(se, 12);
    expect(effect.df).toBeCloseTo(9, 10);
    expect(effect.p).toBeCloseTo(studentTwoSidedP(0.2 / se, 9), 12);
    // t of 97.5 % with 9 degrees of freedom, from a printed table.
    expect(effect.interval[0]).toBeCloseTo(0.2 - 2.262157 * se, 6);
    expect(effect.interval[1]).toBeCloseTo(0.2 + 2.262157 * se, 6);
    expect(effect.tests).toBe(10);
  });

  it('over tests of unequal weight has the CR2 error and the degrees of freedom of Bell and McCaffrey', () => {
    const ratios = [0.1, 0.5, -0.2, 0.3];
    const variances = [0.01, 0.1, 0.02, 0.5];
    // A test of two arms has x = ±½ and weighs 1/(v + 0.045): its sums are w/2 and w/2 times the ratio.
    const weights = variances.map((v) => 1 / (v + 0.045) / 2);
    const total = weights.reduce((sum, w) => sum + w, 0);
    const mean = weights.reduce((sum, w, i) => sum + w * ratios[i]!, 0) / total;
    const scores = weights.map((w, i) => (w * (ratios[i]! - mean)) / Math.sqrt(1 - w / total));
    const se = Math.sqrt(scores.reduce((sum, s) => sum + s * s, 0)) / total;
    // Covariance of the scores if each test's error has the variance that its weight says.
    const covariance = weights.map((wi, i) =>
      weights.map((wj, j) => {
        const own = i === j ? wi : 0;
        return (own - (wi * wj) / total) / Math.sqrt((1 - wi / total) * (1 - wj / total));
      }),
    );
    const trace = covariance.reduce((sum, row, i) => sum + row[i]!, 0);
    const traceOfSquare = covariance.flat().reduce((sum, value) => sum + value * value, 0);

    const effect = effectOf(pairs(ratios, variances), 'a', 2)!;
    expect(effect.effect).toBeCloseTo(mean, 12);
    expect(effect.se).toBeCloseTo(se, 12);
    expect(effect.df).toBeCloseTo(trace ** 2 / traceOfSquare, 10);
    const margin = studentUpperQuantile(0.025, effect.df) * se;
    expect(effect.interval).toEqual([expect.closeTo(mean - margin, 10), expect.closeTo(mean + margin, 10)]);
  });

  it('is never more certain than the counts allow, even if all tests agree', () => {
    const effect = effectOf(pairs(new Array(10).fill(0.2), new Array(10).fill(0.01)), 'a')!;
    // Ten differences of two log rates with variance 0.01 each.
    expect(effect.se).toBeCloseTo(Math.sqrt(0.02 / 10), 12);
  });

  it('compares within a group alone: what differs between groups and tests has no say', () => {
    const tests = RATIOS.map((ratio, i) => ({
      id: `t${i}`,
      arms: [
        arm(0, 0, 0.0001, 'one'),
        arm(1, ratio, 0.0001, 'one'),
        arm(1, 50, 0.0001, 'two'),
        arm(1, 60, 0.0001, 'two'),
        arm(0, -70, 0.0001, 'alone'),
      ],
    }));
    const alone = effectOf(pairs(RATIOS), 'a')!;
    const among = effectOf(tests, 'a')!;
    expect(among.effect).toBeCloseTo(alone.effect, 10);
    expect(among.se).toBeCloseTo(alone.se, 10);
  });

  it('of an amount is per step', () => {
    const tests = RATIOS.map((ratio, i) => ({ id: `t${i}`, arms: [arm(1, 0), arm(3, 2 * ratio)] }));
    expect(effectOf(tests, 'a')!.effect).toBeCloseTo(0.2, 12);
  });

  it('leaves out arms of which the attribute is unknown', () => {
    const tests = pairs(RATIOS).map(({ id, arms }) => ({ id, arms: [...arms, arm(null, 99)] }));
    expect(effectOf(tests, 'a')).toEqual(effectOf(pairs(RATIOS), 'a'));
    expect(effectOf(tests, 'missing', 2)).toBeNull();
  });

  it('counts the tests that vary it, and is reported from 10 on', () => {
    const same = Array.from({ length: 30 }, (_, i) => ({ id: `s${i}`, arms: [arm(1, 0), arm(1, 1)] }));
    expect(effectOf([...same, ...pairs(RATIOS)], 'a')!.tests).toBe(10);
    expect(effectOf([...same, ...pairs(RATIOS.slice(1))], 'a')).toBeNull();
    expect(effectsOf([...same, ...pairs(RATIOS.slice(1))], ['a'])).toEqual([]);
    expect(effectsOf([], ['a'])).toEqual([]);
    expect(testsThatVary([...same, ...pairs(RATIOS.slice(8))], 'a')).toEqual(['t0', 't1']);
  });

  it("isn't varied by equal amounts, whatever their weighted mean is rounded to", () => {
    const equal = RATIOS.map((ratio, i) => ({
      id: `t${i}`,
      arms: [0.1, 0.2, 0.3].map((variance, k) => arm(0.1 + i / 7, ratio * k, variance)),
    }));
    expect(testsThatVary(equal, 'a')).toEqual([]);
  });

  it('is a number even if one test outweighs all others', () => {
    const variances = [1e-3, ...new Array(9).fill(1e20)];
    const effect = effectOf(pairs(RATIOS, variances), 'a')!;
    expect([effect.effect, effect.se, effect.df, ...effect.interval].every(Number.isFinite)).toBe(true);
    expect(effect.df).toBeCloseTo(1, 6);
  });
});

describe('the effects of several attributes', () => {
  const strong = [0.5, 0.4, 0.6, 0.45, 0.55, 0.5, 0.4, 0.6, 0.5, 0.5];
  const weak = [0.5, -0.4, 0.6, -0.45, 0.3, -0.5, 0.4, -0.6, 0.1, 0];
  const tests: PatternTest[] = strong.flatMap((ratio, i) => [
    {
      id: `s${i}`,
      arms: [
        { ...arm(0, 0), attributes: { weak: 0, strong: 0 } },
        { ...arm(0, ratio), attributes: { weak: 0, strong: 1 } },
      ],
    },
    {
      id: `w${i}`,
      arms: [
        { ...arm(0, 0), attributes: { weak: 0, strong: 1 } },
        { ...arm(0, weak[i]!), attributes: { weak: 1, strong: 1 } },
      ],
    },
  ]);

  it('come with the most certain first, q over all, each test by itself, and shrunk', () => {
    const [first, second] = effectsOf(tests, ['weak', 'strong']);
    expect([first!.id, second!.id]).toEqual(['strong', 'weak']);
    expect(first!.q).toBeCloseTo(2 * first!.p, 15);
    expect(second!.q).toBe(second!.p);
    expect(first!.contrasts).toHaveLength(10);
    expect(first!.contrasts[1]).toEqual({
      test: 's1',
      effect: expect.closeTo(0.4, 12),
      // Two log rates with the working variance.
      se: expect.closeTo(Math.sqrt(2 * 0.0451), 12),
    });
    expect(first!.shrunk.mean).toBeLessThan(first!.effect);
    expect(first!.shrunk.mean).toBeGreaterThan(0.9 * first!.effect);
    expect(Math.abs(second!.shrunk.mean)).toBeLessThan(0.95 * Math.abs(second!.effect));
  });

  it("don't depend on the order of the tests", () => {
    const without = (list: PatternTest[]) =>
      effectsOf(list, ['weak', 'strong']).map(({ contrasts, ...effect }) =>
        Object.fromEntries(
          Object.entries(effect).map(([key, value]) => [
            key,
            typeof value === 'number' ? Number(value.toPrecision(10)) : value,
          ]),
        ),
      );
    expect(without([...tests].reverse()).map(({ id, effect, q }) => ({ id, effect, q }))).toEqual(
      without(tests).map(({ id, effect, q }) => ({ id, effect, q })),
    );
  });
});
