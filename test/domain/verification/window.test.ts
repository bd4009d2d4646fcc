import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/domain/experiment.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import {
  leastRecheckDays,
  nextVerificationAt,
  recheckWindow,
  verificationWindow,
} from '../../../src/domain/verification/window.js';

const LAST = 5_000 * HOUR_MS;
const DAY = 24 * HOUR_MS;
const phasesDone = { '60': LAST - 3 * HOUR_MS, '80': LAST, '70': LAST - HOUR_MS };
const window = verificationWindow(DEFAULT_POLICY, phasesDone);

describe('the window of a verification', () => {
  it('begins 24 h after the last write and lasts 7 days', () => {
    expect(window).toEqual({ since: LAST + DAY, until: LAST + 8 * DAY, judgedAt: LAST + 8 * DAY });
    expect(() => verificationWindow(DEFAULT_POLICY, {})).toThrow('no phase of the rollout is done');
  });

  it('is judged when its conversions are booked, if the objective weighs them', () => {
    const policy = { ...DEFAULT_POLICY, objective: 'conversion_rate', attributionWindowHours: 168 } as const;
    expect(verificationWindow(policy, phasesDone)).toMatchObject({
      until: LAST + 8 * DAY,
      judgedAt: LAST + 15 * DAY,
    });
  });

  it('has a look at its start, then daily, and the last one at its judgement', () => {
    const at: number[] = [];
    for (let last = LAST; last < window.judgedAt; last = at.at(-1)!)
      at.push(nextVerificationAt(window, last, last));
    expect(at).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((day) => LAST + day * DAY));
    const odd = { ...window, judgedAt: window.since + 36 * HOUR_MS };
    expect(nextVerificationAt(odd, LAST + 2 * DAY, LAST + 2 * DAY)).toBe(odd.judgedAt);
  });

  it('replaces missed looks by one look at the latest due time', () => {
    const back = LAST + 5 * DAY + HOUR_MS;
    expect(nextVerificationAt(window, LAST + 2 * DAY, back)).toBe(LAST + 5 * DAY);
    expect(nextVerificationAt(window, LAST + 5 * DAY, back)).toBe(LAST + 6 * DAY);
    expect(nextVerificationAt(window, LAST, LAST + 40 * DAY)).toBe(window.judgedAt);
  });

  it('never has two looks at the same instant before its judgement', () => {
    const hours = fc.integer({ min: 0, max: 400 });
    fc.assert(
      fc.property(hours, hours, (last, passed) => {
        const from = LAST + last * HOUR_MS;
        const next = nextVerificationAt(window, from, from + passed * HOUR_MS);
        expect(next > from || next === window.judgedAt).toBe(true);
        expect(next).toBeLessThanOrEqual(window.judgedAt);
      }),
    );
  });
});

describe('the window of a recheck', () => {
  it('is as long as that of the verification and ends on the day that the policy names', () => {
    expect(recheckWindow(DEFAULT_POLICY, phasesDone)).toEqual({
      since: LAST + 21 * DAY,
      until: LAST + 28 * DAY,
      judgedAt: LAST + 28 * DAY,
    });
    const policy = { ...DEFAULT_POLICY, objective: 'conversion_rate', attributionWindowHours: 48 } as const;
    expect(recheckWindow(policy, phasesDone)!.judgedAt).toBe(LAST + 30 * DAY);
  });

  it('does not exist if the policy has none, or was frozen before there was one', () => {
    const { recheckDays: _, ...earlier } = DEFAULT_POLICY;
    expect(recheckWindow(earlier, phasesDone)).toBeNull();
    expect(recheckWindow({ ...DEFAULT_POLICY, recheckDays: null }, phasesDone)).toBeNull();
  });

  it('never begins before that of the verification', () => {
    expect(leastRecheckDays({ settleHours: 24, windowHours: 168 })).toBe(8);
    expect(leastRecheckDays({ settleHours: 1, windowHours: 48 })).toBe(3);
    for (const verification of [DEFAULT_POLICY.verification, { settleHours: 5, windowHours: 30 }]) {
      const policy = { ...DEFAULT_POLICY, verification, recheckDays: leastRecheckDays(verification) };
      const { since } = verificationWindow(policy, phasesDone);
      expect(recheckWindow(policy, phasesDone)!.since).toBeGreaterThanOrEqual(since);
    }
  });
});
