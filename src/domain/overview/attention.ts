/** Whether someone must act on an experiment, and in which part of a list it is shown. */
import type { HealthFinding } from '../decision/delivery-health.js';
import { type Experiment, isEnded, stateReasonOf } from '../experiment.js';

/** The parts of the list, in their order. */
export const GROUPS = ['act', 'rollout', 'running', 'ended'] as const;
export type Group = (typeof GROUPS)[number];

export interface Attention {
  group: Group;
  /** Why someone must act, in sentences; null if nobody must. */
  why: string | null;
}

/** Findings of a look that end only if someone acts. */
const FOR_PEOPLE: readonly HealthFinding['code'][] = ['no_delivery', 'starved', 'bursts'];

/**
 * `health`: of the last look. `trouble`: a difficulty that the service retries by itself, e.g. Meta not answering.
 */
export function attentionOf(
  experiment: Pick<Experiment, 'state' | 'reason' | 'currency' | 'variants' | 'hold'>,
  health: readonly HealthFinding[],
  trouble: string | null,
): Attention {
  const { state, hold } = experiment;
  const reason = () => stateReasonOf(experiment);
  if (isEnded(state)) return { group: 'ended', why: null };
  if (state === 'needs_attention' || state === 'awaiting_approval') return { group: 'act', why: reason() };
  if (state === 'held' && !hold?.endsItself) return { group: 'act', why: reason() };
  if (trouble !== null) return { group: 'act', why: trouble };
  const findings = health.filter(({ code, level }) => level === 'block' && FOR_PEOPLE.includes(code));
  if (state === 'running' && findings.length > 0) {
    return { group: 'act', why: findings.map(({ message }) => `${message}.`).join(' ') };
  }
  if (state === 'running' || state === 'paused') return { group: 'running', why: null };
  return { group: 'rollout', why: null };
}
