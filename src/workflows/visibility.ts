/** What people see of a run in Temporal's Web UI and lists. */
import { setCurrentDetails, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow';
import { type Experiment, stateReasonOf } from '../domain/experiment.js';
import { instant } from '../domain/time.js';
import { searchAttributes } from './search-attributes.js';

export function showIdentity(experiment: Experiment): void {
  upsertMemo({
    name: experiment.name,
    variants: experiment.variants.map((variant) => `${variant.id}: ad ${variant.adId}`).join('; '),
  });
  upsertSearchAttributes([{ key: searchAttributes.account, value: experiment.accountId }]);
}

export function showState(experiment: Experiment, trouble: string | null): void {
  upsertSearchAttributes([{ key: searchAttributes.state, value: experiment.state }]);
  showDetails(experiment, trouble);
}

/** The text of the Web UI alone: no command, so it may change at any time. */
export function showDetails(experiment: Experiment, trouble: string | null): void {
  setCurrentDetails(
    [
      `**${experiment.name}** is ${experiment.state} since ${instant(experiment.stateChangedAt)}`,
      stateReasonOf(experiment),
      trouble,
    ]
      .filter((line) => line !== null && line !== '')
      .join('\n\n'),
  );
}

export function showNextCheck(at: number): void {
  upsertSearchAttributes([{ key: searchAttributes.nextCheck, value: new Date(at) }]);
}

export function showConfidence(confidence: number): void {
  upsertSearchAttributes([{ key: searchAttributes.confidence, value: confidence }]);
}
