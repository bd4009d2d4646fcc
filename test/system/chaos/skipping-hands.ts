import { setTimeout as delay } from 'node:timers/promises';
import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { ExperimentInput } from '../../../src/contract/experiment-input.js';
import type { ControlOutcome } from '../../../src/contract/messages.js';
import { EXPERIMENT_WORKFLOW } from '../../../src/contract/names.js';
import type { Guarded } from './guarded.js';
import type { Answer, Hands } from './hands.js';
import type { SecretSearch } from './secrets.js';
import { TIME_BASE, type World } from './world.js';

/** Real ms for which the clock is stopped so that a control can be accepted. */
const TAKEN_UP_MS = 3_000;

/** Scheduled actions by experiment time. */
export type Agenda = { at: number; what: () => Promise<void> }[];

export async function withdrawFault({ market }: World, faultId: string): Promise<number> {
  const response = await fetch(`${market.url}/__market/faults`);
  const faults = (await response.json()) as { id: string; struck: number }[];
  await market.withdraw(faultId);
  return faults.find(({ id }) => id === faultId)?.struck ?? 0;
}

export function skippingHands(
  world: World,
  { agenda, search, guard }: { agenda: Agenda; search: SecretSearch; guard: () => Guarded },
): Hands {
  const { clock, market, names, temporal } = world;
  return {
    currency: market.account.currency,
    now: clock.now,
    later(ms, what) {
      void clock.now().then((now) => agenda.push({ at: now + ms, what }));
    },
    order: (fault) => market.order(fault),
    withdraw: (faultId) => withdrawFault(world, faultId),
    async edit(objectId, fields) {
      const { daily_budget: amount } = fields;
      if (amount === undefined) return market.edit(objectId, fields);
      await guard().idle();
      await market.edit(objectId, fields);
      guard().edited(await clock.now());
    },
    budgets: (ids) => market.budgets(ids),
    setTruth: (adId, trueClickRate) => market.setTruth(adId, trueClickRate),
    async control(id, kind, { variant_id: variantId, ...rest }) {
      const args = variantId === undefined ? rest : { ...rest, variantId };
      const asked = temporal.client.workflow.startUpdateWithStart<Workflow, ControlOutcome, [unknown]>(kind, {
        args: [{ by: 'a user', reason: 'chaos', ...args }],
        waitForStage: 'ACCEPTED',
        startWorkflowOperation: new WithStartWorkflowOperation(EXPERIMENT_WORKFLOW, {
          workflowId: names.workflowId(id),
          taskQueue: names.taskQueue,
          args: [{ experimentId: id, timeBase: TIME_BASE } satisfies ExperimentInput],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      });
      const answer = asked
        .then((handle) => {
          search.ran(names.workflowId(id), handle.workflowRunId);
          return handle.result();
        })
        .then(
          (outcome) => {
            search.answered(id, kind, outcome);
            return { ok: true, said: outcome.message };
          },
          (error: unknown) => {
            search.answered(id, kind, error);
            return refusal(error);
          },
        );
      // The test server loses an update if the worker that has it is stopped.
      await Promise.race([asked.catch(() => {}), delay(TAKEN_UP_MS)]);
      return { answer };
    },
  };
}

function refusal(error: unknown): Answer {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return { ok: false, said: cause instanceof Error ? cause.message : String(cause) };
}
