import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import type { ExperimentInput } from '../../../src/contract/experiment-input.js';
import {
  type Asked,
  CONTROL_REFUSED,
  type ControlOutcome,
  type ExperimentStatus,
  type Refusal,
  STATUS_QUERY,
} from '../../../src/contract/messages.js';

/** Stands in for the experiment's workflow: each control shows one way an update can go. */
export async function experimentWorkflow(input: ExperimentInput): Promise<number> {
  let looks = 0;
  let released = false;
  let done = false;
  const outcome = (message: string): ControlOutcome => ({ state: 'running', message, decision: null });
  const refusal: Refusal = { state: 'running', allowed: ['check'], message: 'It is not held.' };

  setHandler(defineSignal('release'), () => {
    released = true;
  });
  setHandler(defineSignal('end'), () => {
    done = true;
  });
  setHandler(defineQuery<ExperimentStatus>(STATUS_QUERY), () => ({
    experimentId: input.experimentId,
    state: 'running',
    stateReason: 'A test.',
    nextDueAt: input.timeBase.epochMs,
    nextDue: 'check',
    allowed: ['check'],
    trouble: null,
    queued: looks,
  }));
  setHandler(defineUpdate<ControlOutcome, [Asked]>('check'), ({ by, reason }) => {
    looks += 1;
    return outcome(
      `look ${looks} of ${input.experimentId} at scale ${input.timeBase.scale} for ${by}: ${reason}`,
    );
  });
  setHandler(defineUpdate<ControlOutcome, [Asked]>('promote'), async () => {
    looks += 1;
    await condition(() => released);
    return outcome(`released after ${looks}`);
  });
  setHandler(defineUpdate<ControlOutcome, [Asked]>('resume'), (_: Asked) => outcome('unreachable'), {
    validator: (_: Asked) => {
      throw ApplicationFailure.create({ message: 'no', type: CONTROL_REFUSED, details: [refusal] });
    },
  });
  setHandler(defineUpdate<ControlOutcome, [Asked]>('approve'), (): ControlOutcome => {
    throw ApplicationFailure.create({ message: 'no', type: CONTROL_REFUSED, details: [refusal] });
  });
  setHandler(defineUpdate<ControlOutcome, [Asked]>('stop'), (_: Asked) => outcome('unreachable'), {
    validator: (_: Asked) => {
      throw ApplicationFailure.create({ message: 'stop needs budgets', type: 'InvalidControl' });
    },
  });
  setHandler(defineUpdate<ControlOutcome, [Asked]>('revert'), (): ControlOutcome => {
    throw ApplicationFailure.create({ message: 'The record is gone.', type: 'Gone' });
  });
  await condition(() => done);
  return looks;
}

export async function reconcileWorkflow(): Promise<void> {}
