import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Budgets, totalOf } from '../../../src/domain/budget.js';
import type { Phase } from '../../../src/domain/rollout/phases.js';
import {
  largestStep,
  largestStepSentence,
  type PlannedPhase,
  phaseName,
  phaseStepSentence,
  planRollout,
  type RolloutPlan,
  writeOrder,
} from '../../../src/domain/rollout/plan.js';
import { THREE_PHASES } from '../../support/phases.js';

/** `test/workflows/rollout.test.ts` checks the default's amounts and instants. */
const phases = THREE_PHASES;

function planned(
  base: Budgets,
  winnerAdSetId: string,
  more: { minimum?: number; phases?: Phase[]; maxStepFactor?: number } = {},
) {
  return planRollout({
    base,
    winnerAdSetId,
    phases,
    maxStepFactor: 2,
    minimum: 100,
    currency: 'USD',
    ...more,
  });
}

function planOf(...args: Parameters<typeof planned>): RolloutPlan {
  const result = planned(...args);
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.plan;
}

function reasonOf(...args: Parameters<typeof planned>): string {
  const result = planned(...args);
  if (result.kind === 'plan') throw new Error('a plan was made');
  return result.reason;
}

const stepOf = ({ name, waitHours, targets }: PlannedPhase) => [name, waitHours, targets] as const;

describe('planRollout', () => {
  it('gives the winner 60, 70 and 80 % of the total, at once, +1 h, +2 h', () => {
    expect(planOf({ a: 5000, b: 5000 }, 'b')).toEqual({
      winnerAdSetId: 'b',
      base: { a: 5000, b: 5000 },
      phases: [
        { name: '60', winnerShare: 0.6, waitHours: 0, targets: { b: 6000, a: 4000 } },
        { name: '70', winnerShare: 0.7, waitHours: 1, targets: { b: 7000, a: 3000 } },
        { name: '80', winnerShare: 0.8, waitHours: 2, targets: { b: 8000, a: 2000 } },
      ],
      skipped: [],
    });
  });

  it('skips phases that would not raise the winner, and writes the first one that does at once', () => {
    const plan = planOf({ a: 3500, b: 6500 }, 'b');
    expect(plan.skipped).toEqual(['60']);
    expect(plan.phases.map(({ name, waitHours }) => [name, waitHours])).toEqual([
      ['70', 0],
      ['80', 2],
    ]);
  });

  it('skips a phase that would leave the winner exactly where it is', () => {
    expect(planOf({ a: 4000, b: 6000 }, 'b').skipped).toEqual(['60']);
  });

  it('shares the rest among three in proportion to their old budgets', () => {
    const plan = planOf({ a: 3000, b: 5000, c: 2000 }, 'b');
    expect(plan.phases.map((phase) => phase.targets)).toEqual([
      { b: 6000, a: 2400, c: 1600 },
      { b: 7000, a: 1800, c: 1200 },
      { b: 8000, a: 1200, c: 800 },
    ]);
  });

  it('gives an odd unit to the same ad set, in whatever order they were read', () => {
    const targets = (base: Budgets) => planOf(base, 'a').phases.map((phase) => phase.targets);
    const asRegistered = targets({ a: 79_203, b: 79_203, c: 79_203 });
    expect(asRegistered[1]).toEqual({ a: 166_326, b: 35_642, c: 35_641 });
    expect(targets({ a: 79_203, c: 79_203, b: 79_203 })).toEqual(asRegistered);
  });

  it('rounds the winner half up, even if the product of the floats falls short of the half', () => {
    // 0.7 × 45 is 31.499999999999996 in floating point.
    const plan = planOf({ a: 22, b: 23 }, 'b', { minimum: 1, phases: [{ winnerShare: 0.7, waitHours: 0 }] });
    expect(plan.phases[0]?.targets).toEqual({ b: 32, a: 13 });
  });

  it('rounds larger amounts in the same way, and rounds down below a half', () => {
    const only = (winnerShare: number) => ({ minimum: 1, phases: [{ winnerShare, waitHours: 0 }] });
    // 0.7 × 10245 is 7171.5, and 7171.499999999999 in floating point; 0.6666 × 2503 is 1668.4998.
    expect(planOf({ a: 5122, b: 5123 }, 'b', only(0.7)).phases[0]?.targets).toEqual({ b: 7172, a: 3073 });
    expect(planOf({ a: 1251, b: 1252 }, 'b', only(0.6666)).phases[0]?.targets).toEqual({ b: 1668, a: 835 });
  });

  it('skips a phase that gives the winner no more than the one before', () => {
    const shares = (...of: number[]) => of.map((winnerShare) => ({ winnerShare, waitHours: 1 }));
    const of = (...all: number[]) => planOf({ a: 5, b: 5 }, 'b', { minimum: 1, phases: shares(...all) });
    // 60 and 62 % of ten are both six.
    expect(of(0.6, 0.62)).toMatchObject({ phases: [{ name: '60' }], skipped: ['62'] });
    expect(of(0.6, 0.7, 0.72, 0.8)).toMatchObject({
      phases: [{ name: '60' }, { name: '70' }, { name: '80' }],
      skipped: ['72'],
    });
  });

  it('names the first ad set below the minimum', () => {
    expect(
      reasonOf({ a: 100, b: 800, c: 100 }, 'b', { phases: [{ winnerShare: 0.9, waitHours: 0 }] }),
    ).toMatch(/^Phase 90 would set ad set a to USD 0\.50,/);
  });

  it('refuses a phase below the minimum, with ad set, amount and limit', () => {
    expect(reasonOf({ a: 200, b: 200 }, 'b', { minimum: 100 })).toBe(
      "Phase 80 would set ad set a to USD 0.80, below Meta's minimum of USD 1.00 a day.",
    );
  });

  it('refuses a phase that is one minor unit below the minimum', () => {
    expect(reasonOf({ a: 248, b: 249 }, 'b', { minimum: 100 })).toContain(
      'Phase 80 would set ad set a to USD 0.99,',
    );
  });

  it('accepts a phase that gives exactly the minimum', () => {
    expect(planOf({ a: 250, b: 250 }, 'b', { minimum: 100 }).phases.at(-1)?.targets).toEqual({
      b: 400,
      a: 100,
    });
  });

  it('refuses if the winner has as much as the last phase would give', () => {
    expect(reasonOf({ a: 2000, b: 8000 }, 'b')).toBe(
      'The winner already has USD 80.00 of USD 100.00, as much as the last phase would give it.',
    );
  });

  it('adds steps, an hour apart, if a phase would more than double a budget; the phase itself is last', () => {
    expect(planOf({ a: 4500, b: 500 }, 'b').phases.map(stepOf)).toEqual([
      ['20', 0, { b: 1000, a: 4000 }],
      ['40', 1, { b: 2000, a: 3000 }],
      ['60', 1, { b: 3000, a: 2000 }],
      ['70', 1, { b: 3500, a: 1500 }],
      ['80', 2, { b: 4000, a: 1000 }],
    ]);
  });

  it('waits before each step to a later phase as long as before the phase itself', () => {
    const far: Phase[] = [
      { winnerShare: 0.5, waitHours: 0 },
      { winnerShare: 0.9, waitHours: 6 },
    ];
    const plan = planOf({ a: 5000, b: 4000 }, 'b', { phases: far, maxStepFactor: 1.4 });
    expect(plan.phases.map(stepOf)).toEqual([
      ['50', 0, { b: 4500, a: 4500 }],
      ['70', 6, { b: 6300, a: 2700 }],
      ['90', 6, { b: 8100, a: 900 }],
    ]);
  });

  it('waits an hour between the steps to a single phase, which has no wait', () => {
    const one: Phase[] = [{ winnerShare: 0.8, waitHours: 0 }];
    const plan = planOf({ a: 4500, b: 500 }, 'b', { phases: one });
    expect(plan.phases.map(({ name, waitHours }) => [name, waitHours])).toEqual([
      ['20', 0],
      ['40', 1],
      ['80', 1],
    ]);
  });

  it('gives a step another name than a phase with almost the same share', () => {
    const base = { a: 69_999_998, b: 30_000_002 };
    const close: Phase[] = [{ winnerShare: 0.9, waitHours: 0 }];
    const plan = planOf(base, 'b', { phases: close, maxStepFactor: 2.999_999 });
    expect(plan.phases.map(stepOf).map(([name, , { b }]) => [name, b])).toEqual([
      ['89.99997', 89_999_975],
      ['90', 90_000_000],
    ]);
  });

  it('cuts a budget in one step, because a cut cannot overspend', () => {
    const plan = planOf({ a: 5000, b: 5000 }, 'b', { phases: [{ winnerShare: 0.95, waitHours: 0 }] });
    expect(plan.phases.map(stepOf)).toEqual([['95', 0, { b: 9500, a: 500 }]]);
  });

  it('refuses if no amount is within the factor, with phase, ad set and factor', () => {
    expect(planned({ a: 45, b: 5 }, 'b', { minimum: 1, maxStepFactor: 1.1 })).toEqual({
      kind: 'refused',
      cause: 'step_factor',
      reason:
        'Phase 60 would raise ad set b from USD 0.05 to USD 0.30 a day; if a step multiplies it by at most 1.1 (policy.max_step_factor), no step can raise it.',
    });
  });

  it('refuses a rollout with more steps than its evidence would last', () => {
    expect(reasonOf({ a: 5_000_000, b: 500 }, 'b', { maxStepFactor: 1.2 })).toBe(
      'Phase 60 would raise ad set b from USD 5.00 to USD 30003.00 a day; if a step multiplies it by at most 1.2 (policy.max_step_factor), that takes more than 24 steps.',
    );
  });

  it('throws for a winner that has no base', () => {
    expect(() => planned({ a: 5000, b: 5000 }, 'c')).toThrow(RangeError);
  });
});

describe('every plan', () => {
  const amounts = fc.array(fc.integer({ min: 100, max: 50_000_000 }), { minLength: 2, maxLength: 6 });
  const someBase = amounts.map(
    (values): Budgets => Object.fromEntries(values.map((value, index) => [`${500 + index}`, value])),
  );
  const somePhases = fc
    .uniqueArray(fc.integer({ min: 50, max: 95 }), { minLength: 1, maxLength: 5 })
    .map((shares) =>
      shares.sort((x, y) => x - y).map((share): Phase => ({ winnerShare: share / 100, waitHours: 1 })),
    );
  const anyInput = fc.record({
    base: someBase,
    winner: fc.nat(5),
    minimum: fc.integer({ min: 1, max: 5_000 }),
    currency: fc.constantFrom('USD', 'JPY', 'HUF', 'INR'),
    phases: fc.oneof(fc.constant(phases), somePhases),
    maxStepFactor: fc.integer({ min: 110, max: 1_000 }).map((hundredths) => hundredths / 100),
  });

  function each(
    check: (
      plan: RolloutPlan,
      input: { minimum: number; phases: readonly Phase[]; maxStepFactor: number },
    ) => void,
  ) {
    let plans = 0;
    fc.assert(
      fc.property(anyInput, ({ base, winner, ...rest }) => {
        const ids = Object.keys(base);
        const result = planRollout({ base, winnerAdSetId: ids[winner % ids.length]!, ...rest });
        if (result.kind === 'refused') {
          expect(result.reason).toMatch(/^(Phase|The winner) .*\.$/);
          return;
        }
        plans += 1;
        check(result.plan, rest);
      }),
      { seed: 2, numRuns: 300 },
    );
    expect(plans).toBeGreaterThan(60);
  }

  it("sums to the base's total in each phase, every ad set in it, in integers", () => {
    each((plan) => {
      for (const { targets } of plan.phases) {
        expect(totalOf(targets)).toBe(totalOf(plan.base));
        expect(Object.keys(targets).sort()).toEqual(Object.keys(plan.base).sort());
        for (const amount of Object.values(targets)) expect(Number.isSafeInteger(amount)).toBe(true);
      }
    });
  });

  it('never plans a target below the minimum', () => {
    each((plan, { minimum }) => {
      for (const { targets } of plan.phases) {
        for (const amount of Object.values(targets)) expect(amount).toBeGreaterThanOrEqual(minimum);
      }
    });
  });

  it('raises the winner strictly from phase to phase', () => {
    each((plan) => {
      const steps = [
        plan.base[plan.winnerAdSetId]!,
        ...plan.phases.map((phase) => phase.targets[plan.winnerAdSetId]!),
      ];
      for (let index = 1; index < steps.length; index++)
        expect(steps[index]).toBeGreaterThan(steps[index - 1]!);
    });
  });

  it("has no wait before its first phase, and names each of the policy's phases once", () => {
    each((plan, input) => {
      expect(plan.phases[0]?.waitHours).toBe(0);
      const names = [...plan.skipped, ...plan.phases.map((phase) => phase.name)];
      expect(new Set(names).size).toBe(names.length);
      const policy = input.phases.map((phase) => phaseName(phase));
      expect(names.filter((name) => policy.includes(name))).toEqual(policy);
    });
  });

  it('multiplies no budget by more than its factor, waits before each later step, and reaches its last phase', () => {
    let added = 0;
    each((plan, input) => {
      added += plan.phases.length + plan.skipped.length - input.phases.length;
      expect(largestStep(plan).factor).toBeLessThanOrEqual(input.maxStepFactor);
      for (const { waitHours } of plan.phases.slice(1)) expect(waitHours).toBeGreaterThanOrEqual(1);
      expect(plan.phases.at(-1)?.name).toBe(phaseName(input.phases.at(-1)!));
    });
    expect(added).toBeGreaterThan(60);
  });

  it('cuts every other ad set to at most its share of the rest, rounded up', () => {
    each((plan) => {
      for (const { targets } of plan.phases) {
        const rest = totalOf(targets) - targets[plan.winnerAdSetId]!;
        const oldRest = totalOf(plan.base) - plan.base[plan.winnerAdSetId]!;
        for (const [id, amount] of Object.entries(targets)) {
          if (id === plan.winnerAdSetId) continue;
          expect(Math.abs(amount - (rest * plan.base[id]!) / oldRest)).toBeLessThan(1.000001);
        }
      }
    });
  });
});

describe('largestStep', () => {
  it('is that of the ad set and phase with the largest growth, in a sentence', () => {
    const plan = planOf({ a: 4500, b: 600 }, 'b');
    const step = largestStep(plan);
    expect(step).toEqual({ phase: '23.53', adSetId: 'b', factor: 2 });
    expect(largestStepSentence(step, 2)).toBe(
      "The largest step, phase 23.53, multiplies ad set b's budget by 2 (limit 2).",
    );
    expect(largestStepSentence(largestStep(planOf({ a: 5000, b: 5000 }, 'b')), 2)).toBe(
      "The largest step, phase 60, multiplies ad set b's budget by 1.2 (limit 2).",
    );
  });

  it('can be that of one phase', () => {
    const plan = planOf({ a: 5000, b: 5000 }, 'b');
    expect(plan.phases.map(({ name }) => largestStep(plan, name))).toEqual([
      { phase: '60', adSetId: 'b', factor: 1.2 },
      { phase: '70', adSetId: 'b', factor: 7 / 6 },
      { phase: '80', adSetId: 'b', factor: 8 / 7 },
    ]);
    expect(phaseStepSentence(largestStep(plan, '70'), 2, '“Summer”')).toBe(
      'Phase 70 multiplies the budget of “Summer” by 1.17 (limit 2).',
    );
  });
});

describe('phaseName', () => {
  it.each([
    [0.6, '60'],
    [0.55, '55'],
    [0.625, '62.5'],
    [0.57, '57'],
    [0.95, '95'],
  ])('of %d', (winnerShare, name) => {
    expect(phaseName({ winnerShare })).toBe(name);
  });
});

describe('writeOrder', () => {
  it('cuts before it raises; ad sets at their target stay in the list', () => {
    expect(writeOrder({ a: 5000, b: 5000, c: 2000 }, { b: 6000, a: 4000, c: 2000 })).toEqual(['a', 'c', 'b']);
  });

  it('cuts the winner first in a revert', () => {
    expect(writeOrder({ a: 2000, b: 8000 }, { a: 5000, b: 5000 })).toEqual(['b', 'a']);
  });

  it('never lets the total exceed the larger of target and start, at any prefix', () => {
    const amount = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: 6 }), (pairs) => {
        const current: Budgets = {};
        const targets: Budgets = {};
        pairs.forEach(([now, target], index) => {
          current[`${index}`] = now;
          targets[`${index}`] = target;
        });
        const limit = Math.max(totalOf(current), totalOf(targets));
        const running = { ...current };
        const order = writeOrder(current, targets);
        expect([...order].sort()).toEqual(Object.keys(targets).sort());
        for (const id of order) {
          running[id] = targets[id]!;
          expect(totalOf(running)).toBeLessThanOrEqual(limit);
        }
        expect(running).toEqual(targets);
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
