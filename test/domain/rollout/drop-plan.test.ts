import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { totalOf } from '../../../src/domain/budget.js';
import { planDrop } from '../../../src/domain/rollout/drop-plan.js';
import { planRollout } from '../../../src/domain/rollout/plan.js';
import { THREE_PHASES } from '../../support/phases.js';

const drop = (base: Record<string, number>, more: { maxStepFactor?: number; receivers?: string[] } = {}) =>
  planDrop({
    base,
    variantId: 'c3',
    adSetId: '3',
    leaderAdSetId: '2',
    receivers: more.receivers ?? ['1', '2'],
    maxStepFactor: more.maxStepFactor ?? 2,
    minimum: 100,
    currency: 'USD',
  });

describe('dropping an ad', () => {
  it('cuts it to the minimum in one phase, and the others share the rest in proportion', () => {
    expect(drop({ '1': 10_000, '2': 30_000, '3': 8_100 })).toEqual({
      kind: 'plan',
      plan: {
        winnerAdSetId: '2',
        base: { '1': 10_000, '2': 30_000, '3': 8_100 },
        phases: [
          {
            name: 'drop-c3',
            winnerShare: 36_000 / 48_100,
            waitHours: 0,
            targets: { '1': 12_000, '2': 36_000, '3': 100 },
          },
        ],
        skipped: [],
        drops: 'c3',
      },
    });
  });

  it('gives nothing to an ad that was dropped before', () => {
    const planned = drop({ '1': 10_000, '2': 10_000, '3': 10_100, '4': 5_000 });
    expect(planned.kind === 'plan' && planned.plan.phases[0]!.targets).toEqual({
      '1': 15_000,
      '2': 15_000,
      '3': 100,
      '4': 5_000,
    });
  });

  it('takes several steps if one would multiply a budget by more than the policy allows', () => {
    const planned = drop({ '1': 1_000, '2': 1_000, '3': 6_100 });
    expect(planned.kind === 'plan' && planned.plan.phases).toMatchObject([
      { name: 'drop-c3-1', waitHours: 0, targets: { '1': 2_000, '2': 2_000, '3': 4_100 } },
      { name: 'drop-c3', waitHours: 1, targets: { '1': 4_000, '2': 4_000, '3': 100 } },
    ]);
    expect(drop({ '1': 1, '2': 1, '3': 6_100 }, { maxStepFactor: 1.1 })).toMatchObject({
      kind: 'refused',
      reason:
        "If a step multiplies a budget by at most 1.1 (policy.max_step_factor), USD 60.00 a day of c3 can't be moved in 24 steps.",
    });
  });

  it('moves nothing if the ad set has no more than the minimum', () => {
    expect(drop({ '1': 1_000, '2': 1_000, '3': 100 })).toEqual({ kind: 'nothing' });
  });

  it('never changes the total, and never cuts a receiver or raises beyond the factor', () => {
    const amount = fc.integer({ min: 100, max: 1_000_000 });
    fc.assert(
      fc.property(
        amount,
        amount,
        amount,
        fc.double({ min: 1.1, max: 10, noNaN: true }),
        (a, b, c, factor) => {
          const base = { '1': a, '2': b, '3': c };
          const planned = drop(base, { maxStepFactor: factor });
          if (planned.kind !== 'plan') return;
          let before: Record<string, number> = base;
          for (const { targets } of planned.plan.phases) {
            expect(totalOf(targets)).toBe(totalOf(base));
            for (const id of ['1', '2']) {
              expect(targets[id]!).toBeGreaterThanOrEqual(before[id]!);
              expect(targets[id]!).toBeLessThanOrEqual(before[id]! * factor + 1e-6);
            }
            expect(targets['3']!).toBeGreaterThanOrEqual(100);
            before = targets;
          }
          expect(before['3']).toBe(100);
        },
      ),
    );
  });
});

describe('a promotion after a drop', () => {
  const plan = (keeps: string[], base = { '1': 15_000, '2': 15_000, '3': 100 }) =>
    planRollout({
      base,
      winnerAdSetId: '2',
      phases: THREE_PHASES,
      maxStepFactor: 2,
      minimum: 100,
      currency: 'USD',
      keeps,
    });

  it('leaves the dropped ad set at the minimum, below which it could not go', () => {
    expect(plan([])).toMatchObject({ kind: 'refused', cause: 'below_minimum' });
    const planned = plan(['3']);
    expect(planned.kind === 'plan' && planned.plan.phases.map(({ targets }) => targets)).toEqual([
      { '1': 11_940, '2': 18_060, '3': 100 },
      { '1': 8_930, '2': 21_070, '3': 100 },
      { '1': 5_920, '2': 24_080, '3': 100 },
    ]);
  });

  it('is refused if too little is left for the others', () => {
    expect(plan(['3'], { '1': 300, '2': 300, '3': 100 })).toMatchObject({
      kind: 'refused',
      cause: 'below_minimum',
      reason: expect.stringMatching(/would set ad set 1 to USD 0\.40, below Meta's minimum of USD 1\.00/),
    });
  });
});
