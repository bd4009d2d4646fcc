import type { Budgets } from '../budget.js';
import { type Experiment, type ExperimentState, stateReasonOf } from '../experiment.js';
import type { Hold } from '../rollout/hold.js';
import { aboutExperiment, type ChosenKind, type MessageContent, type NewMessage } from './message.js';

/** A change of state, as the record keeps it. */
interface Change {
  from: ExperimentState;
  to: ExperimentState;
  hold?: Hold | null;
  at: number;
}

interface Told {
  kind: ChosenKind;
  tone: MessageContent['tone'];
  title: string;
}

/**
 * The message about a change of state; null if nobody needs to be told. Holds that end by themselves are not told, except a freeze, nor is
 * a hold or an attention whose amounts alone have changed. The promotion has a message of its own, and so has the outcome
 * of a verification. `experiment`: after the change. `base`: the budgets before the rollout, if there is one.
 */
export function transitionMessage(
  change: Change,
  experiment: Experiment,
  base: Budgets | undefined,
): NewMessage | null {
  const told = toldBy(change, experiment);
  if (told === null) return null;
  const { kind, ...said } = told;
  const { by, because, amounts } = experiment.reason;
  return {
    kind,
    at: change.at,
    experimentId: experiment.id,
    content: aboutExperiment(experiment, {
      ...said,
      text: stateReasonOf(experiment),
      by,
      because,
      amounts: amounts ?? (isBack(change) ? base : undefined),
      base: experiment.reason.base ?? base,
    }),
  };
}

function toldBy({ from, to, hold }: Change, experiment: Experiment): Told | null {
  if (from === to) return null;
  switch (to) {
    case 'awaiting_approval':
      return { kind: 'approval_wanted', tone: 'act', title: 'Approval wanted' };
    case 'held':
      // Nobody must act, but for a long time nothing will move.
      if (hold?.code === 'freeze') return { kind: 'hold', tone: 'news', title: 'Frozen' };
      return hold && !hold.endsItself ? { kind: 'hold', tone: 'act', title: 'Rollout held' } : null;
    case 'needs_attention':
      return { kind: 'needs_attention', tone: 'act', title: 'Needs attention' };
    case 'reverting':
      return { kind: 'revert', tone: 'bad', title: 'Reverting' };
    case 'no_winner':
      return { kind: 'no_winner', tone: 'news', title: 'No winner' };
  }
  if (!isBack({ from, to })) return null;
  const shadow = experiment.reason.code === 'shadow_ended';
  return { kind: 'revert', tone: 'bad', title: shadow ? 'Shadow rollout ended' : 'Reverted' };
}

/** Whether a revert is over and every ad set has its base. */
function isBack({ from, to }: Pick<Change, 'from' | 'to'>): boolean {
  return from === 'reverting' && to !== 'needs_attention';
}
