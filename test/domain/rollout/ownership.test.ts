import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Attempt,
  expectedValues,
  foreignValues,
  lateValues,
  ownValues,
} from '../../../src/domain/rollout/ownership.js';

const BASE = { a: 5000, b: 5000 };

function attempt(adSetId: string, intended: number, outcome: Attempt['outcome']): Attempt {
  return { adSetId, intended, outcome };
}

describe('expectedValues', () => {
  it('is the base before the first attempt', () => {
    expect(expectedValues(BASE, [])).toEqual({ a: [5000], b: [5000] });
  });

  it('is the value last read back, and nothing older', () => {
    const attempts = [attempt('a', 4000, 'applied'), attempt('a', 3000, 'applied')];
    expect(expectedValues(BASE, attempts)).toEqual({ a: [3000], b: [5000] });
  });

  it.each(['unknown', 'pending'] as const)('allows both values after an attempt that is %s', (outcome) => {
    expect(expectedValues(BASE, [attempt('b', 6000, outcome)])).toEqual({ a: [5000], b: [5000, 6000] });
  });

  it.each(['refused', 'not_sent'] as const)('does not count an attempt that is %s', (outcome) => {
    expect(expectedValues(BASE, [attempt('b', 6000, outcome)])).toEqual({ a: [5000], b: [5000] });
  });

  it('forgets attempts of unknown outcome when a later one was read back', () => {
    const attempts = [
      attempt('a', 4000, 'unknown'),
      attempt('a', 4000, 'applied'),
      attempt('a', 3000, 'unknown'),
    ];
    expect(expectedValues(BASE, attempts).a).toEqual([4000, 3000]);
  });
});

describe('ownValues', () => {
  it('is the base and every value ever sent, including refused ones: a refusal may have been misjudged', () => {
    const attempts = [
      attempt('a', 4000, 'applied'),
      attempt('b', 6000, 'refused'),
      attempt('b', 7000, 'unknown'),
      attempt('b', 8000, 'not_sent'),
    ];
    expect(ownValues(BASE, attempts)).toEqual({ a: [5000, 4000], b: [5000, 6000, 7000] });
  });

  it('contains all values that a rollout expects', () => {
    const anyAttempt = fc.record({
      adSetId: fc.constantFrom('a', 'b'),
      intended: fc.integer({ min: 1, max: 9999 }),
      outcome: fc.constantFrom<Attempt['outcome']>('pending', 'applied', 'refused', 'not_sent', 'unknown'),
    });
    fc.assert(
      fc.property(fc.array(anyAttempt, { maxLength: 8 }), (attempts) => {
        const own = ownValues(BASE, attempts);
        for (const [id, values] of Object.entries(expectedValues(BASE, attempts))) {
          expect(values.length).toBeGreaterThan(0);
          expect(own[id]).toEqual(expect.arrayContaining(values));
        }
      }),
      { seed: 4 },
    );
  });
});

describe('foreignValues', () => {
  it('names the ad sets whose value is not among those given', () => {
    const own = { a: [5000, 4000], b: [5000] };
    expect(foreignValues({ a: 4000, b: 5000 }, own)).toEqual([]);
    expect(foreignValues({ a: 4001, b: 5000 }, own)).toEqual(['a']);
    expect(foreignValues({ a: 1, b: 2 }, own)).toEqual(['a', 'b']);
  });

  it('treats an ad set that could not be read as foreign', () => {
    expect(foreignValues({ a: 5000 }, { a: [5000], b: [5000] })).toEqual(['b']);
  });
});

describe('lateValues', () => {
  const current = { a: 7000, b: 5000 };

  it.each(['unknown', 'pending'] as const)(
    'names an ad set that shows the value of an attempt that is %s',
    (outcome) => {
      const attempts = [
        attempt('a', 6000, 'applied'),
        attempt('a', 7000, outcome),
        attempt('a', 5000, 'applied'),
      ];
      expect(lateValues(BASE, current, attempts)).toEqual(['a']);
    },
  );

  it('names an ad set whose attempt took effect after a later one set the same value and a third one another', () => {
    const attempts = [
      attempt('a', 7000, 'unknown'),
      attempt('a', 7000, 'applied'),
      attempt('a', 5000, 'applied'),
    ];
    expect(lateValues(BASE, current, attempts)).toEqual(['a']);
  });

  it('leaves out ad sets whose later attempt set the same value, that are at the base, or that never showed the value', () => {
    expect(lateValues(BASE, current, [attempt('a', 7000, 'unknown'), attempt('a', 7000, 'applied')])).toEqual(
      [],
    );
    expect(lateValues(BASE, BASE, [attempt('a', 5000, 'unknown')])).toEqual([]);
    // The attempt was for another ad set.
    expect(lateValues(BASE, current, [attempt('b', 7000, 'unknown')])).toEqual([]);
    expect(lateValues(BASE, current, [attempt('a', 6000, 'unknown')])).toEqual([]);
    expect(lateValues(BASE, current, [attempt('a', 7000, 'applied')])).toEqual([]);
  });
});
