import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysToDetect, outlookOf, outlookSentence } from '../../../src/domain/decision/outlook.js';
import { DEFAULT_POLICY } from '../../../src/domain/experiment.js';

const at = (t: number, tCritical: number | null, hours = 96) =>
  outlookOf({ t, tCritical, hours }, DEFAULT_POLICY, hours);

describe('what a running test still needs', () => {
  it('grows with the square of the missing factor', () => {
    // (3/2)² − 1 = 1.25 times the 96 hours so far.
    expect(at(2, 3)).toEqual({ hours: 120, looks: 20, inTime: true });
    expect(at(-2, 3)).toEqual(at(2, 3));
  });

  it('reads as days or hours, and says if the planned time is too short', () => {
    expect(outlookSentence(at(2, 3)!, 96, 672)).toBe('at this rate about 5 more days');
    expect(outlookSentence(at(2.9, 3)!, 96, 672)).toBe('at this rate about 7 more hours');
    expect(outlookSentence(at(0.5, 3)!, 96, 672)).toBe('at this rate not within the 24 days that are left');
    expect(outlookSentence(at(0.5, 3)!, 660, 672)).toBe('at this rate not within the 12 hours that are left');
  });

  it('is in whole days if buckets are days', () => {
    const days = { ...DEFAULT_POLICY, buckets: 'day' as const };
    const soon = outlookOf({ t: 2.9, tCritical: 3, hours: 96 }, days, 96)!;
    expect(soon).toEqual({ hours: 24, looks: 4, inTime: true });
    expect(outlookSentence(soon, 96, 672)).toBe('at this rate about 1 more day');
    expect(outlookOf({ t: 2, tCritical: 3, hours: 100 }, days, 100)?.hours).toBe(144);
    expect(outlookOf({ t: 2.9, tCritical: 3, hours: 660 }, days, 660)?.inTime).toBe(false);
  });

  it('is proportional to the information for an e-process, which needs E = 1/0.05', () => {
    const half = outlookOf({ t: 2, tCritical: null, logE: Math.log(20) / 2, hours: 50 }, DEFAULT_POLICY, 50);
    expect(half?.hours).toBeCloseTo(50, 9);
  });

  it('is unknown without an effect, a bound or a beginning, and never NaN', () => {
    expect([at(0, 3), at(2, null), at(4, 3), at(2, 3, 0)]).toEqual([null, null, null, null]);
    fc.assert(
      fc.property(fc.double(), fc.option(fc.double()), fc.double(), (t, tCritical, hours) => {
        const outlook = at(t, tCritical, hours);
        if (outlook) expect(outlookSentence(outlook, hours, 672)).not.toMatch(/NaN|Infinity/);
      }),
    );
  });
});

describe('days to detect a lift', () => {
  it('is the information needed divided by that of one day', () => {
    // 2 × 1,000 clicks per day at equal shares: information 500 per day; (2.85 + 0.8416)² / ln(1.1)² = 1,500.
    const arm = { events: 1_000, exposure: 50_000 };
    expect(daysToDetect(0.1, arm, arm)).toBeCloseTo(3, 1);
    const half = { events: 500, exposure: 25_000 };
    expect(daysToDetect(0.1, half, half)).toBeCloseTo(6, 1);
    expect(daysToDetect(0.1, { events: 0, exposure: 0 }, arm)).toBeNull();
  });
});
