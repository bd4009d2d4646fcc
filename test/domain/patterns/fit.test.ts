import { describe, expect, it } from 'vitest';
import type { FinishedTest } from '../../../src/domain/patterns/finished-test.js';
import { type Before, fitAttributes, latestOf } from '../../../src/domain/patterns/fit.js';

/** Small differences, so that the effects are not all the same. */
const WOBBLE = [0, 0.02, -0.03, 0.01, -0.01, 0.03, -0.02];

/** Tests of a control and a variant with `a`, one after another from an instant on. */
function tests(count: number, effect: number, from = 0, id = 'a'): FinishedTest[] {
  return Array.from({ length: count }, (_, i) => {
    const arm = (x: number, logRate: number) => ({
      attributes: { [id]: x },
      group: '',
      logRate,
      variance: 0.001,
    });
    return {
      id: `${id}-${from + i}`,
      startedAt: from + i,
      finishedAt: from + i + 0.5,
      arms: [arm(0, 0), arm(1, effect + WOBBLE[i % WOBBLE.length]!)],
    };
  });
}

const knownAs = (changes: Partial<Before> = {}) =>
  new Map([['a', { statedAt: null, statedSign: null, lastPassedAt: null, ...changes }]]);
const only = (all: FinishedTest[], known = new Map<string, Before>()) => {
  const fitted = fitAttributes(all, ['a'], [], known);
  expect(fitted).toHaveLength(1);
  return fitted[0]!;
};

describe('a fit', () => {
  it('first states a pattern, with its sign, when its tests establish it', () => {
    const fitted = only(tests(12, -0.3));
    expect(fitted).toMatchObject({
      ...{
        id: 'a',
        tests: 12,
        basis: 'own',
        state: 'holds',
        statedAt: 11.5,
        statedSign: -1,
        lastPassedAt: 11.5,
      },
      ...{ reason: { code: 'established' }, later: { result: 'open', effect: null } },
    });
    expect(fitted.own!.effect).toBeCloseTo(-0.3, 1);
    expect(fitted.contrasts.map(({ test }) => test)).toContain('a-11');
  });

  it('says what few tests say, without a false discovery rate', () => {
    const fitted = only(tests(3, 0.3));
    expect(fitted).toMatchObject({
      ...{ tests: 3, q: null, shrunk: null, state: 'candidate', statedAt: null, basis: 'own' },
      reason: { code: 'too_few_tests', tests: 3, least: 10 },
    });
    expect(fitted.own!.tests).toBe(3);
    expect(fitted.contrasts).toHaveLength(3);
    expect(only(tests(1, 0.3))).toMatchObject({ own: null, tests: 1, basis: 'none' });
  });

  it('counts as later only tests that began after the pattern was first stated', () => {
    const stated = knownAs({ statedAt: 11.5, statedSign: -1, lastPassedAt: 11.5 });
    const again = only([...tests(12, -0.3), ...tests(8, -0.2, 12)], stated);
    expect(again).toMatchObject({ later: { result: 'replicated' }, statedAt: 11.5, lastPassedAt: 19.5 });
    expect(again.later.effect!.tests).toBe(8);
    const opposite = only([...tests(12, -0.3), ...tests(8, 0.3, 12)], stated);
    expect(opposite).toMatchObject({
      ...{ state: 'contradicted', statedSign: -1, lastPassedAt: 11.5 },
      ...{ reason: { code: 'reversed_later' }, later: { result: 'contradicted' } },
    });
    expect(only(tests(12, -0.3), stated).later).toEqual({ result: 'open', effect: null });
  });

  it('keeps a pattern that fades, then retires it', () => {
    const stated = knownAs({ statedAt: 5, statedSign: -1, lastPassedAt: 5 });
    const noise = (count: number) =>
      tests(count, 0, 6).map((test, i) => ({
        ...test,
        arms: test.arms.map((arm, at) => ({ ...arm, logRate: at === 0 ? 0 : i % 2 === 0 ? 0.4 : -0.4 })),
      }));
    expect(only(noise(12), stated)).toMatchObject({
      ...{ state: 'holds', lastPassedAt: 5, reason: { code: 'fading', testsSincePass: 12 } },
    });
    expect(only(noise(20), stated)).toMatchObject({ state: 'retired', reason: { testsSincePass: 20 } });
  });

  it('goes by the sign that someone stated', () => {
    const hoped = knownAs({ statedAt: 0, statedSign: 1 });
    expect(only(tests(12, -0.3), hoped)).toMatchObject({ state: 'contradicted', statedSign: 1, statedAt: 0 });
    // Stated without a sign, it is first stated when tests give it one.
    expect(only(tests(12, -0.3), knownAs({ statedAt: 0 }))).toMatchObject({ statedSign: -1, statedAt: 11.5 });
  });

  it('has patterns from elsewhere, those that exist, and nothing that nobody varies', () => {
    const foreign = [{ id: 'b', effect: -0.1, se: 0.01, learnedFrom: 'headlines' }];
    const fitted = fitAttributes(
      tests(2, 0.1),
      ['a', 'b', 'c', 'd'],
      foreign,
      new Map([['d', knownAs().get('a')!]]),
    );
    expect(fitted.map(({ id, basis, tests: own }) => [id, basis, own])).toEqual([
      ['a', 'own', 2],
      ['b', 'foreign', 0],
      ['d', 'none', 0],
    ]);
    expect(fitted[1]!.foreign).toEqual({ effect: -0.1, se: 0.01, learnedFrom: 'headlines' });
    expect(fitAttributes([], ['a'], [], new Map())).toEqual([]);
    expect([latestOf([]), latestOf(tests(2, 0))]).toEqual([null, 1.5]);
  });

  it('gives the same again', () => {
    const all = tests(12, -0.3);
    const first = only(all);
    const second = only(all, new Map([['a', first]]));
    expect(second).toEqual(first);
  });
});
