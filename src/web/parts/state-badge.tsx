import type { ExperimentState } from '../../domain/experiment.js';

/** What users read for a state. */
export const STATE_NAMES: Record<ExperimentState, string> = {
  running: 'running',
  paused: 'paused',
  awaiting_approval: 'awaiting approval',
  rolling_out: 'rolling out',
  held: 'held',
  verifying: 'verifying the lift',
  completed: 'completed',
  reverting: 'reverting',
  reverted: 'reverted',
  no_winner: 'no winner',
  stopped: 'stopped',
  needs_attention: 'needs attention',
};

export function StateBadge({ state, shadow = false }: { state: ExperimentState; shadow?: boolean }) {
  return (
    <span class={`badge state-${state}`} data-state={state}>
      {STATE_NAMES[state]}
      {shadow && ' (shadow)'}
    </span>
  );
}
