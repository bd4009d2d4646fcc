import type { ExperimentClock } from '../clients/clock.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { DropOutcome, PromotionGrounds } from '../contract/activities.js';
import { ledgerOf } from '../contract/records.js';
import { type Experiment, maxStepFactorOf, variantOf } from '../domain/experiment.js';
import { planDrop } from '../domain/rollout/drop-plan.js';
import { freezeSentence } from '../domain/rollout/freeze.js';
import { mayHaveReached } from '../domain/rollout/ownership.js';
import { budgetsOf } from '../domain/rollout/preflight.js';
import { accountFreeze } from './freezes.js';
import { createInspection } from './inspection.js';
import { afterEarlierDrops, createPlanChecks } from './plan-checks.js';

/** The start and the end of a rollout that drops a beaten ad. Its phases are those of any rollout. */
export function createDropActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  /** False for a live account without LIVE_WRITES. */
  writesAllowed: boolean;
  /** Major units; null: no limit. */
  accountEnvelope: number | null;
}) {
  const { store, clock } = deps;
  const inspect = createInspection(deps);
  const objectionsTo = createPlanChecks(deps);

  return {
    /**
     * Checks preflight, and records base and plan before the first write. `grounds`: of the leader against the variant
     * that is dropped. A rollout that has written keeps its plan.
     */
    async openDrop(experimentId: string, variantId: string, grounds: PromotionGrounds): Promise<DropOutcome> {
      const stored = await store.getPromotion(experimentId);
      const rows = await store.listLedger(experimentId);
      if (stored && ledgerOf(stored, rows).some(mayHaveReached)) return { kind: 'opened', promotion: stored };
      const freeze = await accountFreeze(store, await clock.now());
      if (freeze) return { kind: 'frozen', reason: freezeSentence(freeze) };
      const { experiment, context, compared, problems } = await inspect(experimentId);
      if (problems.length > 0)
        return { kind: 'refused', reasons: problems.map((problem) => problem.message) };
      const planned = planDrop({
        base: budgetsOf(context),
        variantId,
        adSetId: variantOf(experiment, variantId).adSetId,
        leaderAdSetId: variantOf(experiment, grounds.winnerVariantId).adSetId,
        receivers: compared.filter(({ id }) => id !== variantId).map(({ adSetId }) => adSetId),
        maxStepFactor: maxStepFactorOf(experiment.policy),
        minimum: context.account.minDailyBudget,
        currency: context.account.currency,
      });
      if (planned.kind === 'nothing') return planned;
      if (planned.kind === 'refused') return { kind: 'refused', reasons: [planned.reason] };
      const { plan } = planned;
      const objections = await objectionsTo(plan, context);
      if (objections.length > 0) return { kind: 'refused', reasons: objections };
      const promotion = await store.openPromotion({
        ...grounds,
        experimentId,
        status: deps.writesAllowed ? 'in_progress' : 'shadow',
        openedAt: await clock.now(),
        phasesDone: {},
        plan,
        ...afterEarlierDrops(rows),
      });
      return { kind: 'opened', promotion };
    },

    /** The variant is compared no more, and the rollout that drops it is over. Safe to run twice. */
    async closeDrop(experimentId: string, variantId: string, at: number): Promise<Experiment> {
      await store.closeDrop(experimentId, variantId, at);
      return (await store.getExperiment(experimentId))!;
    },
  };
}

export type DropActivities = ReturnType<typeof createDropActivities>;
