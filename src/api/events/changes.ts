import { type ChangeMarks, type ExperimentMarks, MARKED } from '../../contract/records.js';
import type { ExperimentState } from '../../domain/experiment.js';

/**
 * What changed. `experiment`: anything else in its own row, e.g. what holds it. `missed`: events may have been missed, so
 * everything must be read again.
 */
export type ChangeKind = 'state' | (typeof MARKED)[number] | 'kill_switch' | 'freeze_windows' | 'missed';

export interface Change {
  /** Null: the account's kill switch or freeze windows, or anything. */
  experimentId: string | null;
  kind: ChangeKind;
  /** Of the experiment, now. */
  state: ExperimentState | null;
}

/** What changed from one set of marks to the next, per experiment and kind. */
export function changesBetween(before: ChangeMarks, after: ChangeMarks): Change[] {
  const changes: Change[] = [];
  for (const [experimentId, marks] of Object.entries(after.experiments)) {
    const old = Object.hasOwn(before.experiments, experimentId)
      ? before.experiments[experimentId]
      : undefined;
    for (const kind of kindsOf(old, marks)) changes.push({ experimentId, kind, state: marks.state });
  }
  if (before.killSwitch !== after.killSwitch)
    changes.push({ experimentId: null, kind: 'kill_switch', state: null });
  if (before.freezes !== after.freezes)
    changes.push({ experimentId: null, kind: 'freeze_windows', state: null });
  return changes;
}

function kindsOf(old: ExperimentMarks | undefined, now: ExperimentMarks): ChangeKind[] {
  if (!old) return ['state'];
  const marked = MARKED.filter((kind) => old[kind] !== now[kind]);
  if (old.state !== now.state) return ['state', ...marked.filter((kind) => kind !== 'experiment')];
  // An attempt to write takes its number from the experiment's row, so the row changes with it.
  return marked.includes('write') ? marked.filter((kind) => kind !== 'experiment') : marked;
}
