import type { ExperimentClock } from '../clients/clock.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { OpenOutcome, PromotionGrounds } from '../contract/activities.js';
import { ledgerOf } from '../contract/records.js';
import { maxStepFactorOf, variantOf } from '../domain/experiment.js';
import { mayHaveReached } from '../domain/rollout/ownership.js';
import { planRollout } from '../domain/rollout/plan.js';
import { budgetsOf } from '../domain/rollout/preflight.js';
import { createDelivery } from './delivery.js';
import { permanent } from './failures.js';
import { createInspection } from './inspection.js';
import { afterEarlierDrops, atMinimum, createPlanChecks } from './plan-checks.js';

/** The start of a rollout. */
export function createPromotionActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  /** False for a live account without LIVE_WRITES. */
  writesAllowed: boolean;
  /** The most by which all experiments together may raise budgets per day, major units; null: no limit. */
  accountEnvelope: number | null;
}) {
  const { store, clock } = deps;

  const inspect = createInspection(deps);
  const deliveryOf = createDelivery(deps);
  const objectionsTo = createPlanChecks(deps);

  return {
    /** Checks preflight, and records base and plan before the first write. A rollout that has written keeps its plan. */
    async openPromotion(experimentId: string, grounds: PromotionGrounds): Promise<OpenOutcome> {
      const stored = await store.getPromotion(experimentId);
      const rows = await store.listLedger(experimentId);
      if (stored && ledgerOf(stored, rows).some(mayHaveReached)) {
        if (stored.plan.drops === undefined) return { kind: 'opened', promotion: stored };
        throw permanent('RecordDisagrees', `${experimentId} is still dropping ${stored.plan.drops}`);
      }
      const { experiment, context, compared, problems } = await inspect(experimentId);
      const { winnerVariantId } = grounds;
      if (!compared.some(({ id }) => id === winnerVariantId))
        return { kind: 'refused', reasons: [`${winnerVariantId} was dropped from the test.`] };
      if (problems.length > 0)
        return { kind: 'refused', reasons: problems.map((problem) => problem.message) };
      const planned = planRollout({
        base: budgetsOf(context),
        winnerAdSetId: variantOf(experiment, winnerVariantId).adSetId,
        phases: experiment.policy.phases,
        maxStepFactor: maxStepFactorOf(experiment.policy),
        minimum: context.account.minDailyBudget,
        currency: context.account.currency,
        keeps: atMinimum(context),
      });
      if (planned.kind === 'refused') return { kind: 'refused', reasons: [planned.reason] };
      const objections = await objectionsTo(planned.plan, context);
      if (objections.length > 0) return { kind: 'refused', reasons: objections };
      const now = await clock.now();
      const candidate = { ...grounds, openedAt: now, phasesDone: {} };
      const looked = { phase: planned.plan.phases[0]!.name, now, resumedAt: null };
      const { harm } = await deliveryOf(experiment, candidate, looked);
      if (harm.length > 0) return { kind: 'refused', reasons: harm };
      const promotion = await store.openPromotion({
        ...candidate,
        experimentId,
        status: deps.writesAllowed ? 'in_progress' : 'shadow',
        interval: grounds.interval ?? null,
        plan: planned.plan,
        ...afterEarlierDrops(rows),
      });
      return { kind: 'opened', promotion };
    },

    /** Withdraws a promotion that has moved no budget; false if a budget was written, or may have been. */
    withdrawPromotion: (experimentId: string): Promise<boolean> => store.withdrawPromotion(experimentId),
  };
}

export type PromotionActivities = ReturnType<typeof createPromotionActivities>;
