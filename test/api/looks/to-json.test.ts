import { describe, expect, it } from 'vitest';
import { lookToJson } from '../../../src/api/looks/to-json.js';
import { aDecision, pairOfChallenger } from '../support/seed.js';

describe('a look', () => {
  it('has health, outlook and randomisation next to the evidence', () => {
    const health = [{ code: 'mix_shift' as const, level: 'warn' as const, message: 'shifted' }];
    const look = aDecision('exp', 'continue_testing', {
      health,
      outlook: { hours: 30.04, looks: 6, inTime: true },
      setting: { dailyBudgets: {}, randomised: true },
    });
    expect(lookToJson(look, 'USD')).toMatchObject({
      health,
      outlook: { hours_left: 30, looks_left: 6, before_horizon: true },
      randomised: true,
    });
    expect(lookToJson({ ...look, outlook: null, setting: null }, 'USD')).toMatchObject({
      outlook: null,
      randomised: null,
    });
  });

  const withEvidence = (adjusted?: boolean) => {
    const pair = pairOfChallenger(0.3, 0.1);
    const evidence = { ...pair.evidence, adjusted } as typeof pair.evidence;
    const look = aDecision('exp', 'promote', { pairs: [{ ...pair, evidence }] });
    return lookToJson(look, 'USD').pairs[0]!;
  };

  it('has a note if its figures are not adjusted for repeated looks', () => {
    expect(withEvidence(false)).toMatchObject({ adjusted: false, note: 'unadjusted for repeated looks' });
  });

  it('has no note if they are adjusted, as in all evidence from before there was a choice', () => {
    for (const adjusted of [true, undefined]) {
      expect(withEvidence(adjusted)).toMatchObject({ adjusted: true, note: null });
    }
  });

  it('has the evidence now beside the best so far, in figures and in words', () => {
    const pair = pairOfChallenger(0.3, 0.1);
    const evidence = { ...pair.evidence, counts: true, p: 0.4, confidence: 0.6, pNow: 0.7 };
    const look = aDecision('exp', 'continue_testing', { pairs: [{ ...pair, evidence }] });
    const shown = lookToJson({ ...look, leaderVariantId: pair.variantB }, 'USD');
    expect(shown.pairs[0]).toMatchObject({ confidence: 0.6, confidence_now: expect.closeTo(0.3, 12) });
    expect(shown.confidence_text).toBe('0.300 now, 0.600 at best so far');
  });

  it("has the account's drift and the lift by week, if the version of the rule knows them", () => {
    const pair = pairOfChallenger(0.3, 0.1);
    const byAge = {
      weeks: [
        { week: 1, theta: Math.log(1.2), se: 0.05 },
        { week: 2, theta: Math.log(1.1), se: 0.06 },
      ],
      trend: { perWeek: Math.log(0.9), se: 0.08, p: 0.2 },
    };
    const look = aDecision('exp', 'continue_testing', { pairs: [{ ...pair, byAge }] });
    const accountDrift = { tests: 12, logLikelihood: [], sd: 0.0456, memoryHours: 24.04 };
    const shown = lookToJson({ ...look, accountDrift }, 'USD');
    expect(shown.drift).toEqual({
      ...{ sd: 0.0456, memory_hours: 24, tests: 12 },
      text: 'The ads of this account drift apart by about 4.6 %, with a memory of about 24 hours: learned from 12 other tests of it.',
    });
    expect(shown.pairs[0]!.by_week.map(({ week, lift }) => [week, Number(lift.toFixed(3))])).toEqual([
      [1, 0.2],
      [2, 0.1],
    ]);
    expect(shown.pairs[0]!.trend).toEqual({ per_week: expect.closeTo(-0.1, 12), p: 0.2 });
    const old = lookToJson(aDecision('exp', 'continue_testing'), 'USD');
    expect([old.drift, old.pairs[0]!.by_week, old.pairs[0]!.trend]).toEqual([null, [], null]);
  });
});
