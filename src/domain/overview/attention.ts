/** Whether someone must act on an experiment, and in which part of a list it is shown. */
import type { HealthFinding } from '../decision/delivery-health.js';
import { type Experiment, isEnded, stateReasonOf } from '../experiment.js';
import type { KillSwitch } from '../rollout/gate.js';

/** The parts of the list, in their order. */
export const GROUPS = ['act', 'rollout', 'running', 'paused', 'ended'] as const;
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
 * `killSwitch`: its last event; null if it was never used.
 */
export function attentionOf(
  experiment: Pick<Experiment, 'state' | 'reason' | 'currency' | 'variants' | 'hold'>,
  health: readonly HealthFinding[],
  trouble: string | null,
  killSwitch: KillSwitch | null,
): Attention {
  const { state, hold } = experiment;
  const reason = () => stateReasonOf(experiment);
  if (isEnded(state)) return { group: 'ended', why: null };
  if (state === 'needs_attention' || state === 'awaiting_approval') return { group: 'act', why: reason() };
  if (state === 'held' && !hold?.endsItself) {
    const isOver = hold?.code === 'kill_switch' && killSwitch?.engaged === false;
    return { group: 'act', why: isOver ? releasedSentence(killSwitch) : reason() };
  }
  if (trouble !== null) return { group: 'act', why: trouble };
  const findings = health.filter(({ code, level }) => level === 'block' && FOR_PEOPLE.includes(code));
  if (state === 'running' && findings.length > 0) {
    return { group: 'act', why: findings.map(({ message }) => `${message}.`).join(' ') };
  }
  if (state === 'running' || state === 'paused') return { group: state, why: null };
  return { group: 'rollout', why: null };
}

/** The reason of a hold is from when it began: the kill switch that it names may be released since. */
function releasedSentence({ by, reason }: KillSwitch): string {
  return `The kill switch that held this rollout was released by ${by}: ${reason.replace(/\.$/, '')}. Resume the rollout, or revert it.`;
}
