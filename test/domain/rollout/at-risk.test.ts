import { describe, expect, it } from 'vitest';
import type { Objective } from '../../../src/domain/metric.js';
import { atRisk, atRiskSentence } from '../../../src/domain/rollout/at-risk.js';

/** The winner's 100.00 become 160.00; `worst`: its lift over its rival at the interval's lower end. */
const riskAt = (worst: number | null) =>
  atRisk({
    base: { loser: 10_000, winner: 10_000 },
    targets: { loser: 4_000, winner: 16_000 },
    winnerAdSetId: 'winner',
    interval: worst === null ? null : [worst, 0.5],
  });
const sentence = (worst: number | null, objective: Objective = 'click_through_rate', adjusted = true) =>
  atRiskSentence(riskAt(worst), 'USD', { confidence: 0.95, adjusted, objective });

describe('what is at risk', () => {
  it.each([
    // The amount moved times the largest loss.
    { worst: -0.1, amount: 600 },
    { worst: -1, amount: 6_000 },
    { worst: 0, amount: 0 },
    { worst: 0.3, amount: 0 },
    { worst: null, amount: 6_000 },
    // Rounded up: a part of a cent is not nothing.
    { worst: -0.000_001, amount: 1 },
    { worst: -0.100_01, amount: 601 },
    // No more than the amount moved can be lost.
    { worst: -1.5, amount: 6_000 },
  ])('at a worst lift of $worst is $amount', ({ worst, amount }) => {
    expect(riskAt(worst)).toEqual({ amount, moved: 6_000, worstLift: worst });
  });

  it('is nothing if the winner has no more than its base, to the cent', () => {
    const at = (winner: number) =>
      atRisk({ base: { winner: 10_000 }, targets: { winner }, winnerAdSetId: 'winner', interval: null });
    expect(at(9_000)).toMatchObject({ amount: 0, moved: 0 });
    expect(at(10_000)).toMatchObject({ amount: 0, moved: 0 });
    expect(at(10_001)).toMatchObject({ amount: 1, moved: 1 });
  });

  it('is shown with the lift at the worst end of the interval', () => {
    const told =
      'At risk: up to USD 6.00 a day of the USD 60.00 a day moved, at the worst end of the 95 % interval, -10.0 %.';
    expect(sentence(-0.1)).toBe(told);
    expect(sentence(-0.1, 'click_through_rate')).toBe(told);
    expect(sentence(-0.1, 'conversion_rate')).toBe(told);
    expect(sentence(0.1)).toBe(
      'At risk: nothing of the USD 60.00 a day moved; the 95 % interval begins at +10.0 %.',
    );
  });

  it('is shown in cost if the cost decides the test', () => {
    expect(sentence(-0.1, 'cost_per_conversion')).toBe(
      'At risk: up to USD 6.00 a day of the USD 60.00 a day moved, at the worst end of the 95 % interval of the cost per conversion, +11.1 %.',
    );
    expect(sentence(0.25, 'cost_per_conversion')).toBe(
      'At risk: nothing of the USD 60.00 a day moved; the 95 % interval of the cost per conversion ends at -20.0 %.',
    );
  });

  it('says if the interval is unadjusted, and if there is none', () => {
    expect(sentence(-0.1, 'cost_per_conversion', false)).toMatch(
      /interval of the cost per conversion, unadjusted for repeated looks, \+11\.1 %\.$/,
    );
    expect(sentence(0.1, 'click_through_rate', false)).toMatch(
      /; the 95 % interval, unadjusted for repeated looks, begins at \+10\.0 %\.$/,
    );
    expect(sentence(null, 'cost_per_conversion')).toBe(
      'At risk: up to USD 60.00 a day, which is all that is moved, since the effect is not known yet.',
    );
  });
});
