import { describe, expect, it } from 'vitest';
import { needsApproval } from '../../../src/domain/decision/guardrail-approval.js';
import {
  afterGuardrails,
  calledHoursOf,
  guardrailWait,
  unwatched,
} from '../../../src/domain/decision/guardrail-wait.js';
import { type LookResult, takeLook } from '../../../src/domain/decision/look.js';
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/experiment.js';
import { horizonAtHour } from '../../../src/domain/extension.js';
import type { Observed } from '../../../src/domain/pair-rows.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { WITHOUT_WAIT } from '../../support/without-wait.js';
import { hourAt, START, traffic, USUAL, variants } from '../support/traffic.js';

const CALLED = { calledWinner: 'c1', calledHours: 30 };

function waitAt(hours: number, policy: Partial<Policy> = {}, pairs: object[] = [CALLED]) {
  const facts = { pairs: pairs as LookResult['pairs'], winner: 'c1', hours };
  return guardrailWait({ ...DEFAULT_POLICY, ...policy }, facts);
}

describe('the wait for guardrails', () => {
  it('begins at the first look that calls the winner, and ends a week later', () => {
    expect(waitAt(30)).toMatchObject({ endHours: 198, phase: 'waiting' });
    expect(waitAt(192)).toMatchObject({ endHours: 198, phase: 'waiting' });
    expect(waitAt(198)).toMatchObject({ phase: 'ending', fraction: 1 });
    expect(waitAt(203.9)).toMatchObject({ phase: 'ending' });
    expect(waitAt(204)).toMatchObject({ phase: 'over' });
  });

  it('never lasts past the horizon', () => {
    expect(waitAt(600, {}, [{ calledWinner: 'c1', calledHours: 600 }])).toMatchObject({ endHours: 672 });
    expect(waitAt(672, {}, [{ calledWinner: 'c1', calledHours: 600 }])).toMatchObject({ phase: 'ending' });
  });

  it('ends at the horizon as it was when the wait began, also if the test is extended since', () => {
    const policy = { ...DEFAULT_POLICY, horizonHours: 42 * 24 };
    const extension = {
      ...{ horizonHours: 42 * 24, fromHours: 672, afterLook: 1, controlId: 'c' },
      by: 'ana',
      reason: 'r',
    };
    const waitOf = (extendedAtHour: number) => {
      const extensions = [{ ...extension, at: START + extendedAtHour * HOUR_MS }];
      const horizonOf = (hours: number) => horizonAtHour({ policy, extensions, startedAt: START }, hours);
      const pairs = [{ calledWinner: 'c1', calledHours: 600 }] as LookResult['pairs'];
      return guardrailWait(policy, { pairs, winner: 'c1', hours: 640, horizonOf })!.endHours;
    };
    expect(waitOf(610)).toBe(672);
    expect(waitOf(590)).toBe(768);
  });

  it('counts how much of the data of its end is known, without the attribution window', () => {
    expect(waitAt(30)!.fraction).toBeCloseTo(6 / 174, 10);
    expect(waitAt(111)!.fraction).toBeCloseTo(87 / 174, 10);
    expect(waitAt(20, {}, [])!.fraction).toBe(0);
  });

  it('begins when the last of several rivals is beaten, and now if none is on record', () => {
    const pairs = [CALLED, { calledWinner: 'c1', calledHours: 90 }, { calledWinner: 'c2', calledHours: 100 }];
    expect(waitAt(90, {}, pairs)!.endHours).toBe(90 + 168);
    expect(waitAt(90, {}, [])!.endHours).toBe(90 + 168);
  });

  it('is off in policies from before it existed', () => {
    expect(waitAt(30, WITHOUT_WAIT)).toBeNull();
    expect(calledHoursOf({ ...DEFAULT_POLICY, ...WITHOUT_WAIT }, undefined, 'c1', 30)).toEqual({});
  });

  it('keeps the first call of a winner, and begins again with another one', () => {
    const keep = (before: Parameters<typeof calledHoursOf>[1], called: string | null) =>
      calledHoursOf(DEFAULT_POLICY, before, called, 60);
    expect(keep(undefined, null)).toEqual({});
    expect(keep(undefined, 'c1')).toEqual({ calledHours: 60 });
    expect(keep(CALLED, 'c1')).toEqual({ calledHours: 30 });
    expect(keep(CALLED, 'control')).toEqual({ calledHours: 60 });
  });
});

describe('a test without any conversion', () => {
  const metrics = (conversions: number) => ({
    control: { impressions: 9, clicks: 9, linkClicks: 9, spend: 9, conversions: 0, revenue: 0 },
    c1: { impressions: 9, clicks: 9, linkClicks: 9, spend: 9, conversions, revenue: 0 },
  });
  const found = (hours: number, conversions = 0) =>
    unwatched('cost_per_conversion', metrics(conversions), waitAt(hours)!);

  it('waits until a day is known, and then says that nothing could be watched', () => {
    expect(found(47)).toEqual({
      code: 'guardrail_cost_per_conversion',
      level: 'wait',
      message: 'no ad has had any conversions in 47 h',
    });
    expect(found(48)).toEqual({
      code: 'guardrail_cost_per_conversion',
      level: 'warn',
      message: 'The cost per conversion could not be watched: no ad has had any conversions in 48 h',
    });
    expect(found(48, 1)).toBeNull();
  });
});

describe('the verdict after the guardrails', () => {
  const promote = {
    verdict: 'promote' as const,
    winnerVariantId: 'c1',
    leaderVariantId: 'c1',
    confidence: 0.99,
    reasons: ['c1 wins.'],
  };
  const finding = (level: 'note' | 'wait' | 'approve' | 'block') => ({
    code: 'guardrail_cost_per_conversion' as const,
    level,
    message: `the ${level}`,
  });
  const verdictAfter = (...levels: Parameters<typeof finding>[0][]) =>
    afterGuardrails(promote, levels.map(finding), { wait: waitAt(30), startedAt: START });

  it('is to wait if one is open, with what for and until when', () => {
    expect(verdictAfter('note', 'wait', 'approve')).toEqual({
      ...promote,
      verdict: 'continue_testing',
      winnerVariantId: null,
      reasons: ['c1 wins, but the wait: the promotion waits until 2026-03-10 06:00 UTC at most.'],
    });
  });

  it('is a promotion that asks for approval once the wait is over', () => {
    expect(verdictAfter('approve').reasons).toEqual([
      'c1 wins, but the approve, and the wait ended at 2026-03-10 06:00 UTC.',
    ]);
    expect(verdictAfter('approve')).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1' });
  });

  it('is left alone if all pass, and if one blocks', () => {
    expect(verdictAfter('note')).toBe(promote);
    expect(verdictAfter('block', 'wait')).toBe(promote);
  });

  it('needs a user if a guardrail or the policy does', () => {
    const asks = (level: 'note' | 'approve', approvalRequired: boolean) =>
      needsApproval({ health: [finding(level)] }, { approvalRequired });
    expect([asks('note', false), asks('approve', false), asks('note', true)]).toEqual([false, true, true]);
  });
});

/** Looks every 6 hours until the first that isn't `continue_testing` after a call. */
function played(observations: readonly Observed[], policy: Partial<Policy> = {}) {
  const results: LookResult[] = [];
  for (let look = 1; look <= 112; look++) {
    const dueAt = hourAt(6 * look);
    const last = results.at(-1);
    const result = takeLook({
      experiment: { variants, startedAt: START, policy: { ...DEFAULT_POLICY, ...policy } },
      lookNumber: look,
      dueAt,
      observations: observations.filter(({ bucketEnd }) => bucketEnd <= dueAt),
      previous: last?.pairs ?? null,
      states: last?.states ?? {},
    });
    results.push(result);
    if (result.verdict === 'promote' || result.verdict === 'no_winner') break;
  }
  const last = results.at(-1)!;
  return {
    results,
    last,
    waited: results.filter(({ health }) => health.some(({ level }) => level === 'wait')),
  };
}

describe('a test by clicks', () => {
  const better = { ...USUAL, linkClicks: 0.065 };

  it('promotes a better ad that sells as well, after a few days', () => {
    const { last, waited } = played(traffic('sells', 400, [USUAL, better]));
    expect(last).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1' });
    expect(needsApproval(last, DEFAULT_POLICY)).toBe(false);
    expect(waited.length).toBeGreaterThan(0);
    expect(waited[0]).toMatchObject({ verdict: 'continue_testing', winnerVariantId: null });
    expect(waited[0]!.reasons[0]).toMatch(
      /^c1 wins: .*, but cost per conversion of c1 over control: too little data \(.* < 25 \(conversions count .*\)\): the promotion waits until 2026-03-10 \d\d:00 UTC at most\.$/,
    );
    expect(last.hours).toBeLessThan(24 + 96);
    const called = waited[0]!.hours;
    expect(last.pairs[0]!.calledHours).toBe(called);
  });

  it('never promotes one whose conversions cost 80 % more, and says so', () => {
    const { results, last } = played(traffic('dear', 672, [USUAL, { ...better, conversions: 0.025 }]));
    expect(last).toMatchObject({ verdict: 'no_winner', winnerVariantId: null });
    const kept = results.filter(({ health }) => health.some(({ level }) => level === 'block'));
    expect(kept.length).toBeGreaterThan(50);
    expect(kept.at(-1)!.reasons[0]).toMatch(
      /beyond the margin of \+33\.3 %, evidence that the winner is worse/,
    );
  });

  it('asks for approval after the wait if conversions are few, whatever the policy says', () => {
    const few = { conversions: 0.0004 };
    const { last, waited } = played(
      traffic('few', 400, [
        { ...USUAL, ...few },
        { ...better, ...few },
      ]),
    );
    expect(last).toMatchObject({ verdict: 'promote', winnerVariantId: 'c1' });
    expect(last.hours - waited[0]!.hours).toBe(168);
    expect(needsApproval(last, DEFAULT_POLICY)).toBe(true);
    expect(last.reasons[0]).toMatch(/too little data .*, and the wait ended at 2026-03-10 \d\d:00 UTC\.$/);
  });

  it('is promoted in an account without conversions once a day is known', () => {
    const none = { conversions: 0 };
    const { last } = played(
      traffic('none', 400, [
        { ...USUAL, ...none },
        { ...better, ...none },
      ]),
    );
    expect(last).toMatchObject({ verdict: 'promote', hours: 48 });
    expect(last.reasons).toContain(
      'The cost per conversion could not be watched: no ad has had any conversions in 48 h.',
    );
  });

  it('is promoted at once under a policy from before promotions waited, without a trace of the wait', () => {
    const { last } = played(traffic('sells', 400, [USUAL, better]), WITHOUT_WAIT);
    expect(last).toMatchObject({ verdict: 'promote', hours: 24 });
    expect(last.pairs[0]).not.toHaveProperty('calledHours');
  });
});
