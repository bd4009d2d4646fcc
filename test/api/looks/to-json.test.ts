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
});
