import type { ExperimentClock } from '../clients/clock.js';
import { AD_SET_BLOCK } from '../clients/meta/errors.js';
import { type MetaClient, MetaError } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { OpenOutcome, PromotionGrounds } from '../contract/activities.js';
import { formatAmount, minorUnits } from '../domain/budget.js';
import { maxStepFactorOf, variantOf } from '../domain/experiment.js';
import { raiseOf } from '../domain/rollout/gate.js';
import { mayHaveReached } from '../domain/rollout/ownership.js';
import { planRollout, type RolloutPlan } from '../domain/rollout/plan.js';
import { budgetsOf, preflightProblems } from '../domain/rollout/preflight.js';
import { HOUR_MS } from '../domain/time.js';
import { createDelivery } from './delivery.js';
import { callingMeta } from './failures.js';
import { createInspection } from './inspection.js';

/** A refusal that passes, so phases wait: the amount is below today's spend, or the budget was changed too often. */
function isOfThisHour(error: unknown): boolean {
  if (!(error instanceof MetaError)) return false;
  return error.kind === 'not_yet' || error.details.subcode === AD_SET_BLOCK;
}

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
  const { store, meta, clock } = deps;

  const inspect = createInspection(deps);
  const deliveryOf = createDelivery(deps);

  /** Meta's refusals of the last phase's amounts, which are the smallest and the largest of all. Writes nothing. */
  async function refusalsOf({ phases }: RolloutPlan): Promise<string[]> {
    const reasons: string[] = [];
    for (const [adSetId, amount] of Object.entries(phases.at(-1)!.targets)) {
      try {
        await meta.validateDailyBudget(adSetId, amount);
      } catch (error) {
        if (error instanceof MetaError && error.kind === 'invalid') reasons.push(error.message);
        else if (!isOfThisHour(error)) return callingMeta(() => Promise.reject(error));
      }
    }
    return reasons;
  }

  /** A sentence on the first phase that exceeds the account's envelope even on an empty day, or null. */
  function beyondEnvelope({ base, phases }: RolloutPlan, currency: string): string | null {
    if (deps.accountEnvelope === null) return null;
    const limit = minorUnits(deps.accountEnvelope, currency);
    const money = (amount: number) => formatAmount(amount, currency);
    for (const [index, { name, targets }] of phases.entries()) {
      const wanted = raiseOf(phases[index - 1]?.targets ?? base, targets);
      if (wanted <= limit) continue;
      return `Phase ${name} raises the winner by ${money(wanted)} > ${money(limit)}, the account's envelope per day (ACCOUNT_ENVELOPE).`;
    }
    return null;
  }

  return {
    /** Checks preflight, and records base and plan before the first write. A rollout that has written keeps its plan. */
    async openPromotion(experimentId: string, grounds: PromotionGrounds): Promise<OpenOutcome> {
      const stored = await store.getPromotion(experimentId);
      const ledger = stored ? await store.listLedger(experimentId) : [];
      if (stored && ledger.some(mayHaveReached)) return { kind: 'opened', promotion: stored };
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
      });
      if (planned.kind === 'refused') return { kind: 'refused', reasons: [planned.reason] };
      // Added steps make the rollout longer than the policy's phases, which the inspection assumed.
      const hours = planned.plan.phases.reduce((sum, phase) => sum + phase.waitHours, 0);
      const late = preflightProblems(context, (await clock.now()) + hours * HOUR_MS);
      if (late.length > 0) return { kind: 'refused', reasons: late.map(({ message }) => message) };
      const tooMuch = deps.writesAllowed ? beyondEnvelope(planned.plan, context.account.currency) : null;
      if (tooMuch !== null) return { kind: 'refused', reasons: [tooMuch] };
      const refusals = await refusalsOf(planned.plan);
      if (refusals.length > 0) return { kind: 'refused', reasons: refusals };
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
      });
      return { kind: 'opened', promotion };
    },

    /** Withdraws a promotion that has moved no budget; false if a budget was written, or may have been. */
    withdrawPromotion: (experimentId: string): Promise<boolean> => store.withdrawPromotion(experimentId),
  };
}

export type PromotionActivities = ReturnType<typeof createPromotionActivities>;
