import { describe, expect, it } from 'vitest';
import { nextCheckAt } from '../../../src/domain/decision/check-grid.js';
import { DEFAULT_POLICY } from '../../../src/domain/experiment.js';
import { type NextEventFacts, nameOfNext, nextEvent } from '../../../src/domain/overview/next-event.js';
import { pausedHold } from '../../../src/domain/rollout/hold.js';
import type { RolloutPlan } from '../../../src/domain/rollout/plan.js';
import { HOUR_MS } from '../../../src/domain/time.js';

const ID = 'a-test';

const plan: RolloutPlan = {
  winnerAdSetId: 'b',
  base: { a: 100, b: 100 },
  phases: ['60', '70', '80'].map((name, i) => ({
    name,
    winnerShare: Number(name) / 100,
    waitHours: i,
    targets: {},
  })),
  skipped: [],
};

function facts(
  state: NextEventFacts['experiment']['state'],
  more: Partial<Omit<NextEventFacts, 'experiment'>> & Partial<NextEventFacts['experiment']> = {},
): NextEventFacts {
  const { rollout = null, lastLookAt = null, windows = [], now = 0, ...experiment } = more;
  const policy = { ...DEFAULT_POLICY, verification: { settleHours: 24, windowHours: 48 } };
  return {
    experiment: { id: ID, state, hold: null, policy, startedAt: 0, stateChangedAt: 0, ...experiment },
    rollout,
    lastLookAt,
    windows,
    now,
  };
}

describe('the next event', () => {
  it('of a running test is the check that the workflow takes, and the last one at the horizon', () => {
    const { checkEveryHours, horizonHours } = DEFAULT_POLICY;
    const grid = { experimentId: ID, startedAt: 0, checkEveryHours, horizonHours };
    for (const lastLookAt of [null, 6 * HOUR_MS, 13 * HOUR_MS, 100.5 * HOUR_MS]) {
      expect(nextEvent(facts('running', { lastLookAt }))).toEqual({
        at: nextCheckAt(grid, lastLookAt, lastLookAt ?? 0),
        what: 'the next look',
      });
    }
    expect(nextEvent(facts('running', { lastLookAt: 671 * HOUR_MS }))).toEqual({
      at: 672 * HOUR_MS,
      what: 'the last look',
    });
  });

  it('of a test that is handed over late is the look that its workflow takes at once', () => {
    const { checkEveryHours, horizonHours } = DEFAULT_POLICY;
    const handedOverAt = 100.5 * HOUR_MS;
    const grid = { experimentId: ID, startedAt: 0, checkEveryHours, horizonHours };
    const declared = { by: 'Ana', reason: 'planned', at: handedOverAt };
    const earlierDelivery = { handedOverAt, since: 0, read: null, declared };
    const at = nextCheckAt(grid, null, handedOverAt);
    expect(at).toBeGreaterThan(94 * HOUR_MS);
    expect(nextEvent(facts('running', { earlierDelivery }))).toEqual({ at, what: 'the next look' });
  });

  it('of a rollout in a freeze is its phase at the end of the freeze', () => {
    const rollout = { plan, phasesDone: { 60: 10 * HOUR_MS } };
    // 1 January 1970 was a Thursday.
    const times = {
      kind: 'weekly',
      from: { weekday: 'thu', time: '09:00' },
      to: { weekday: 'fri', time: '08:00' },
    } as const;
    const windows = [{ id: 'w', name: 'Sale', timezone: 'UTC', times }];
    expect(nextEvent(facts('rolling_out', { rollout, windows }))).toEqual({
      at: 32 * HOUR_MS,
      what: 'phase 70, after the freeze (Sale)',
    });
    const hold = { ...pausedHold(null, 0), code: 'freeze' as const, endsItself: true, tryAt: 32 * HOUR_MS };
    expect(nextEvent(facts('held', { rollout, hold }))).toEqual({
      at: 32 * HOUR_MS,
      what: 'the end of the freeze',
    });
  });

  it('of a rollout is the first phase that is not done, after its wait', () => {
    const rollout = { plan, phasesDone: { 60: 10 * HOUR_MS } };
    expect(nextEvent(facts('rolling_out', { rollout, stateChangedAt: 9 * HOUR_MS }))).toEqual({
      at: 11 * HOUR_MS,
      what: 'phase 70',
    });
  });

  it('of a hold is the next try if it ends by itself, and nothing if someone must end it', () => {
    const hold = { ...pausedHold(null, 0), endsItself: true, tryAt: 5 };
    expect(nextEvent(facts('held', { hold }))).toEqual({ at: 5, what: 'the next try' });
    expect(nextEvent(facts('held', { hold: pausedHold(null, 0) }))).toBeNull();
  });

  it('of a verification is its daily check, and at the end its result', () => {
    const rollout = { plan, phasesDone: { 80: 0 } };
    expect(nextEvent(facts('verifying', { rollout, now: 30 * HOUR_MS }))).toEqual({
      at: 48 * HOUR_MS,
      what: 'the daily check of the verification',
    });
    expect(nextEvent(facts('verifying', { rollout, now: 50 * HOUR_MS }))).toEqual({
      at: 72 * HOUR_MS,
      what: 'the result of the verification',
    });
  });

  it('of a wait for approval is its end, and there is none for ended tests', () => {
    expect(nextEvent(facts('awaiting_approval', { stateChangedAt: HOUR_MS }))).toEqual({
      at: 73 * HOUR_MS,
      what: 'the end of the wait for approval',
    });
    for (const state of [
      'completed',
      'reverted',
      'stopped',
      'no_winner',
      'paused',
      'needs_attention',
    ] as const)
      expect(nextEvent(facts(state))).toBeNull();
  });
});

it('names what a workflow waits for as users read it, and leaves other states to the workflow', () => {
  const { policy, startedAt } = facts('running').experiment;
  const window = { since: 0, until: 7, judgedAt: 9 };
  const named = (state: NextEventFacts['experiment']['state'], at: number) =>
    nameOfNext({ state, policy, startedAt }, window, at);
  expect(named('running', HOUR_MS)).toBe('the next look');
  expect(named('running', policy.horizonHours * HOUR_MS)).toBe('the last look');
  expect(named('awaiting_approval', 1)).toMatch(/^without your approval the request lapses: /);
  expect([8, 9].map((at) => named('verifying', at))).toEqual([
    'the daily check of the verification',
    'the result of the verification',
  ]);
  expect(named('rolling_out', 1)).toBeNull();
});
