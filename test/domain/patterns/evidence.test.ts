import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/domain/patterns/effects.js';
import { combineEvidence, type ForeignEffect } from '../../../src/domain/patterns/evidence.js';
import { evidenceSentence } from '../../../src/domain/patterns/sentences.js';

const own = (tests: number, effect = 0.2): Effect => ({
  effect,
  se: 0.05,
  df: tests - 1,
  interval: [effect - 0.1, effect + 0.1],
  p: 0.01,
  tests,
});
const foreign: ForeignEffect = { effect: -0.2, se: 0.02, learnedFrom: 'headlines of a publisher, not ads' };

describe('what to expect of a pattern', () => {
  it('is own evidence alone, if there is enough', () => {
    const combined = combineEvidence(own(10), foreign);
    expect(combined.basis).toBe('own');
    expect(combined.expected).toEqual({ effect: 0.2, se: 0.05, interval: [0.1, expect.closeTo(0.3, 12)] });
    expect(combined.foreign).toBe(foreign);
    expect(evidenceSentence(combined)).toBe(
      'From 10 tests of your own: +22.1 % (95 % interval +10.5 % to +35.0 %).',
    );
  });

  it('is a foreign effect, much shrunk and less certain, if there is nothing else', () => {
    const combined = combineEvidence(null, foreign);
    expect(combined.basis).toBe('foreign');
    expect(combined.expected!.effect).toBeCloseTo(-0.08, 12);
    expect(combined.expected!.se).toBeCloseTo(Math.hypot(0.008, 0.1), 12);
    expect(combined.expected!.interval[1]).toBeGreaterThan(0);
    expect(evidenceSentence(combined)).toBe(
      'No test of your own varies it. It was learned elsewhere (from headlines of a publisher, not ads): there -18.1 %, here expect -7.7 % (95 % interval -24.2 % to +12.4 %).',
    );
  });

  it('is a foreign effect that few own tests move', () => {
    const { basis, expected } = combineEvidence(own(5), foreign);
    expect(basis).toBe('own_and_foreign');
    // t of 97.5 % with 4 degrees of freedom, from a printed table.
    const error = (0.05 * 2.776445) / 1.959964;
    const [before, after] = [1 / (0.008 ** 2 + 0.1 ** 2), 1 / error ** 2];
    expect(expected!.effect).toBeCloseTo((-0.08 * before + 0.2 * after) / (before + after), 6);
    expect(expected!.se).toBeCloseTo(1 / Math.sqrt(before + after), 6);
    expect(evidenceSentence(combineEvidence(own(5), foreign))).toContain(
      'Only 5 tests of your own vary it. With what was learned elsewhere (from headlines of a publisher, not ads), expect +11.3 %',
    );
  });

  it('is few own tests alone, if nothing foreign is known, and nothing without either', () => {
    expect(combineEvidence(own(3), null)).toMatchObject({ basis: 'own', expected: { effect: 0.2 } });
    const nothing = combineEvidence(null, null);
    expect(nothing).toEqual({ basis: 'none', expected: null, own: null, foreign: null });
    expect(evidenceSentence(nothing)).toBe('Nothing is known: too few tests vary it.');
  });
});
