import { readBudgetContext } from '../clients/meta/context.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Promotion, Store } from '../clients/postgres/types.js';
import type { ExperimentClock } from '../clock.js';
import type { Budgets } from '../domain/budget.js';
import type { VariantMetrics } from '../domain/decision.js';
import { variantOf } from '../domain/experiment.js';
import { budgetsOf, preflightProblems } from '../domain/preflight.js';
import { planRollout } from '../domain/rollout-plan.js';
import { WRITES_OFF } from './budget-attempt.js';
import { callingMeta, permanent } from './failures.js';

/** Why this variant is promoted, and on what evidence. */
export interface PromotionGrounds {
  winnerVariantId: string;
  lookNumber: number;
  forced: boolean;
  by: string;
  reason: string;
  confidence: number;
  theta: number;
  se: number;
  metrics: Record<string, VariantMetrics>;
}

export type OpenOutcome = { kind: 'opened'; promotion: Promotion } | { kind: 'refused'; reasons: string[] };

/** The start of a rollout and the gate before each phase. */
export function createPromotionActivities(deps: {
  store: Store;
  meta: MetaClient;
  clock: ExperimentClock;
  /** False: a live account that no write was allowed for. */
  writesAllowed: boolean;
}) {
  const { store, meta, clock } = deps;

  async function inspect(experimentId: string) {
    const experiment = await store.getExperiment(experimentId);
    if (!experiment) throw permanent('UnknownExperiment', `no experiment ${experimentId}`);
    const context = await callingMeta(() => readBudgetContext(meta, experiment.variants));
    const rolloutHours = experiment.policy.phases.reduce((sum, phase) => sum + phase.waitHours, 0);
    const problems = preflightProblems(context, (await clock.now()) + rolloutHours * 3_600_000);
    for (const variant of experiment.variants) {
      const now = context.variants.find((entry) => entry.variantId === variant.id)!;
      if (now.adSet.id !== variant.adSetId) {
        problems.push({
          variantId: variant.id,
          code: 'ad_moved',
          message: `Ad ${variant.adId} is in ad set ${now.adSet.id}; the test began in ${variant.adSetId}.`,
        });
      }
    }
    return { experiment, context, problems };
  }

  return {
    /** Preflight, base, plan: all on record before the first write. A rollout that has written keeps its own. */
    async openPromotion(experimentId: string, grounds: PromotionGrounds): Promise<OpenOutcome> {
      const stored = await store.getPromotion(experimentId);
      if (stored && (await store.listLedger(experimentId)).length > 0)
        return { kind: 'opened', promotion: stored };
      if (!deps.writesAllowed)
        return {
          kind: 'refused',
          reasons: [WRITES_OFF],
        };
      const { experiment, context, problems } = await inspect(experimentId);
      if (problems.length > 0)
        return { kind: 'refused', reasons: problems.map((problem) => problem.message) };
      const planned = planRollout({
        base: budgetsOf(context),
        winnerAdSetId: variantOf(experiment, grounds.winnerVariantId).adSetId,
        phases: experiment.policy.phases,
        minimum: context.account.minDailyBudget,
        currency: context.account.currency,
      });
      if (planned.kind === 'refused') return { kind: 'refused', reasons: [planned.reason] };
      const promotion = await store.openPromotion({
        ...grounds,
        experimentId,
        status: 'in_progress',
        plan: planned.plan,
        openedAt: await clock.now(),
        phasesDone: {},
      });
      return { kind: 'opened', promotion };
    },

    /** What stands against the next phase, in sentences, and the budgets as they are where nothing does. */
    async gate(experimentId: string): Promise<{ against: string[]; current: Budgets }> {
      const { context, problems } = await inspect(experimentId);
      const against = problems.map((problem) => problem.message);
      return { against, current: against.length > 0 ? {} : budgetsOf(context) };
    },
  };
}

export type { Promotion };
export type PromotionActivities = ReturnType<typeof createPromotionActivities>;
