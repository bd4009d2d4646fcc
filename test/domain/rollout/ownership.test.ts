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

  it('is what was last read back, and nothing older', () => {
    const attempts = [attempt('a', 4000, 'applied'), attempt('a', 3000, 'applied')];
    expect(expectedValues(BASE, attempts)).toEqual({ a: [3000], b: [5000] });
  });

  it.each(['unknown', 'pending'] as const)('allows both values after an attempt that is %s', (outcome) => {
    expect(expectedValues(BASE, [attempt('b', 6000, outcome)])).toEqual({ a: [5000], b: [5000, 6000] });
  });

  it.each(['refused', 'not_sent'] as const)('does not count an attempt that is %s', (outcome) => {
    expect(expectedValues(BASE, [attempt('b', 6000, outcome)])).toEqual({ a: [5000], b: [5000] });
  });

  it('forgets attempts of unknown outcome once a later one was read back', () => {
    const attempts = [
      attempt('a', 4000, 'unknown'),
      attempt('a', 4000, 'applied'),
      attempt('a', 3000, 'unknown'),
    ];
    expect(expectedValues(BASE, attempts).a).toEqual([4000, 3000]);
  });
});

describe('ownValues', () => {
  it('is the base and all that was ever sent, refused ones too: it may have been misjudged', () => {
    const attempts = [
      attempt('a', 4000, 'applied'),
      attempt('b', 6000, 'refused'),
      attempt('b', 7000, 'unknown'),
      attempt('b', 8000, 'not_sent'),
    ];
    expect(ownValues(BASE, attempts)).toEqual({ a: [5000, 4000], b: [5000, 6000, 7000] });
  });

  it('holds everything that a rollout going forward expects', () => {
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
  it('names the ad sets at a value that is none of those given', () => {
    const own = { a: [5000, 4000], b: [5000] };
    expect(foreignValues({ a: 4000, b: 5000 }, own)).toEqual([]);
    expect(foreignValues({ a: 4001, b: 5000 }, own)).toEqual(['a']);
    expect(foreignValues({ a: 1, b: 2 }, own)).toEqual(['a', 'b']);
  });

  it('takes an ad set that could not be read for foreign', () => {
    expect(foreignValues({ a: 5000 }, { a: [5000], b: [5000] })).toEqual(['b']);
  });
});

describe('lateValues', () => {
  const current = { a: 7000, b: 5000 };

  it.each(['unknown', 'pending'] as const)('is where a value shows whose attempt is %s', (outcome) => {
    const attempts = [
      attempt('a', 6000, 'applied'),
      attempt('a', 7000, outcome),
      attempt('a', 5000, 'applied'),
    ];
    expect(lateValues(BASE, current, attempts)).toEqual(['a']);
  });

  it('is where an attempt lands after a later one brought the same value and a third another', () => {
    const attempts = [
      attempt('a', 7000, 'unknown'),
      attempt('a', 7000, 'applied'),
      attempt('a', 5000, 'applied'),
    ];
    expect(lateValues(BASE, current, attempts)).toEqual(['a']);
  });

  it('is not where a later attempt brought the same value, nor at the base, nor where the value never showed', () => {
    expect(lateValues(BASE, current, [attempt('a', 7000, 'unknown'), attempt('a', 7000, 'applied')])).toEqual(
      [],
    );
    expect(lateValues(BASE, BASE, [attempt('a', 5000, 'unknown')])).toEqual([]);
    // It is another ad set that the attempt was for.
    expect(lateValues(BASE, current, [attempt('b', 7000, 'unknown')])).toEqual([]);
    expect(lateValues(BASE, current, [attempt('a', 6000, 'unknown')])).toEqual([]);
    expect(lateValues(BASE, current, [attempt('a', 7000, 'applied')])).toEqual([]);
  });
});
