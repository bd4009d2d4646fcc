import { describe, expect, it } from 'vitest';
import type { HealthFinding } from '../../../src/domain/decision/delivery-health.js';
import { EXPERIMENT_STATES, type ExperimentState } from '../../../src/domain/experiment.js';
import { attentionOf } from '../../../src/domain/overview/attention.js';
import { pausedHold } from '../../../src/domain/rollout/hold.js';

const inState = (state: ExperimentState, hold = pausedHold(null, 0)) => ({
  state,
  reason: { code: 'recorded' as const, detail: `It is ${state}.` },
  currency: 'USD',
  variants: [],
  hold: state === 'held' ? hold : null,
});
const silent: HealthFinding = {
  code: 'no_delivery',
  level: 'block',
  message: 'b has not delivered for 12 h',
};

describe('who must act', () => {
  it('is someone for the states that only people end, and nobody for the others', () => {
    const acting = EXPERIMENT_STATES.filter(
      (state) => attentionOf(inState(state), [], null, null).group === 'act',
    );
    expect(acting.sort()).toEqual(['awaiting_approval', 'held', 'needs_attention']);
    expect(attentionOf(inState('paused'), [silent], null, null)).toEqual({ group: 'paused', why: null });
    expect(attentionOf(inState('held'), [], null, null).why).toBe('It is held.');
    const waits = { ...pausedHold(null, 0), endsItself: true };
    expect(attentionOf(inState('held', waits), [], null, null)).toEqual({ group: 'rollout', why: null });
  });

  it('is someone after the release of the kill switch too, and says that it is released', () => {
    const held = inState('held', { ...pausedHold(null, 0), code: 'kill_switch' });
    const event = { engaged: true, by: 'maria', reason: 'wrong prices.', at: 0 };
    expect(attentionOf(held, [], null, event).why).toBe('It is held.');
    expect(attentionOf(held, [], null, { ...event, engaged: false, reason: 'mended' })).toEqual({
      group: 'act',
      why: 'The kill switch that held this rollout was released by maria: mended. Resume the rollout, or revert it.',
    });
    const paused = attentionOf(inState('held'), [], null, { ...event, engaged: false });
    expect(paused.why).toBe('It is held.');
  });

  it('is someone for a silent ad of a running test, and for a trouble in any state before the end', () => {
    expect(attentionOf(inState('running'), [silent], null, null)).toEqual({
      group: 'act',
      why: 'b has not delivered for 12 h.',
    });
    expect(attentionOf(inState('running'), [{ ...silent, level: 'warn' }], null, null).group).toBe('running');
    expect(attentionOf(inState('verifying'), [], 'Meta does not answer.', null)).toEqual({
      group: 'act',
      why: 'Meta does not answer.',
    });
    expect(attentionOf(inState('completed'), [silent], 'Meta does not answer.', null)).toEqual({
      group: 'ended',
      why: null,
    });
  });
});
