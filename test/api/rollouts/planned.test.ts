import { describe, expect, it } from 'vitest';
import { plannedRollout } from '../../../src/api/rollouts/planned.js';
import { DEFAULT_POLICY, type Experiment } from '../../../src/domain/experiment.js';
import { THREE_PHASES } from '../../support/phases.js';
import { aDecision } from '../support/seed.js';

const creative = { hook: null, headline: null, text: null, script: null, visualNotes: null };
const experiment = {
  state: 'awaiting_approval',
  currency: 'USD',
  policy: { ...DEFAULT_POLICY, phases: THREE_PHASES },
  variants: [
    { id: 'control', role: 'control', adId: 'ad_1', adSetId: 'set_1', creative },
    { id: 'challenger-1', role: 'challenger', adId: 'ad_2', adSetId: 'set_2', creative },
  ],
} as unknown as Experiment;
const setting = { dailyBudgets: { control: 8_000, 'challenger-1': 8_000 } } as never;
const won = aDecision('exp', 'promote', { setting });

describe('the planned rollout', () => {
  it('has each phase of the winner in money, by the budgets of the last look', () => {
    expect(plannedRollout(experiment, won)).toEqual({
      winner_variant_id: 'challenger-1',
      budgets_read_at: new Date(won.dueAt).toISOString().replace('.000Z', 'Z'),
      winner_budget_cents: 8_000,
      others_budget_cents: 8_000,
      phases: [
        { name: '60', wait_hours: 0, winner_budget_cents: 9_600, others_budget_cents: 6_400 },
        { name: '70', wait_hours: 1, winner_budget_cents: 11_200, others_budget_cents: 4_800 },
        { name: '80', wait_hours: 2, winner_budget_cents: 12_800, others_budget_cents: 3_200 },
      ],
    });
  });

  it('is that of the leader while the test runs', () => {
    const leading = aDecision('exp', 'continue_testing', { setting, leaderVariantId: 'control' });
    expect(plannedRollout({ ...experiment, state: 'running' }, leading)).toMatchObject({
      winner_variant_id: 'control',
    });
  });

  it('is null without a leader, without budgets, if nothing would be raised, and in other states', () => {
    expect(plannedRollout(experiment, null)).toBeNull();
    expect(plannedRollout(experiment, aDecision('exp', 'promote'))).toBeNull();
    const nobody = aDecision('exp', 'continue_testing', { setting, leaderVariantId: null });
    expect(plannedRollout(experiment, nobody)).toBeNull();
    const already = { dailyBudgets: { control: 1_000, 'challenger-1': 9_000 } } as never;
    expect(plannedRollout(experiment, aDecision('exp', 'promote', { setting: already }))).toBeNull();
    for (const state of ['rolling_out', 'verifying', 'completed', 'stopped'] as const)
      expect(plannedRollout({ ...experiment, state }, won)).toBeNull();
  });
});
