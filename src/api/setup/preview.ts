/** What a new test would do, before it exists. Pure. */
import { countedSince, whyNotCounted } from '../../domain/earlier-delivery.js';
import type { DriftHistory } from '../../domain/evidence/drift.js';
import { maxStepFactorOf, type Policy } from '../../domain/experiment.js';
import { type AtRisk, atRisk, atRiskSentence } from '../../domain/rollout/at-risk.js';
import { largestStep, largestStepSentence, type RolloutPlan } from '../../domain/rollout/plan.js';
import { forecastPower, type PastTraffic, type PowerForecast } from '../../domain/setup/power-advice.js';
import { HOUR_MS } from '../../domain/time.js';
import { variantIds } from '../experiments/creation/build-experiment.js';
import type { CreationFacts } from '../experiments/creation/facts.js';
import type { PlannedStart } from '../experiments/creation/planned-start.js';
import { problemsOf, warningsOf } from '../experiments/creation/problems.js';
import { rolloutPlans, stepWarnings } from '../experiments/creation/rollout-preview.js';
import type { NewExperiment } from '../experiments/requests.js';
import type { FieldProblem } from '../http/problems.js';
import type { TextForecast } from './text-forecast.js';

/** The rollout of one possible winner. */
export interface PlannedRollout {
  winnerVariantId: string;
  winnerAdId: string;
  /** Null if the rollout would be refused. */
  plan: RolloutPlan | null;
  /** Why there is none; null if there is one. */
  refusal: string | null;
  largestStep: { phase: string; adSetId: string; factor: number; message: string } | null;
  atRisk: (AtRisk & { message: string }) | null;
}

export interface Preview {
  problems: FieldProblem[];
  warnings: string[];
  power: PowerForecast;
  /** By the texts; the power knows nothing of them. */
  forecast: TextForecast;
  /** Names of the ads, by id. */
  adNames: ReadonlyMap<string, string>;
  /** Whether delivery before the handover would count, and from when; null if it would not. */
  earlierDelivery: { startedAt: number | null; message: string };
  /** The variant of each ad set. */
  variantIds: ReadonlyMap<string, string>;
  /** One per variant, in the order of the request; empty if a budget is unknown. */
  rollouts: PlannedRollout[];
}

/** `traffic`: of the ads in the order of the request. `now`: experiment time. */
export function previewOf(input: {
  request: NewExperiment;
  policy: Policy;
  facts: CreationFacts;
  traffic: readonly PastTraffic[];
  history: DriftHistory | undefined;
  now: number;
  /** Null: delivery before now doesn't count. */
  planned?: PlannedStart | null;
}): Omit<Preview, 'forecast'> {
  const { request, policy, facts, traffic, history, now, planned = null } = input;
  const startedAt = planned?.startedAt ?? now;
  const ids = variantIds(request);
  const problems = [...problemsOf(request, policy, facts, now, startedAt), ...(planned?.problems ?? [])];
  const order = request.variants
    .map(({ role }, index) => ({ role, index }))
    .sort((one, other) => Number(other.role === 'control') - Number(one.role === 'control'));
  return {
    problems: problems.map(({ field, message }) => ({ field, message })),
    warnings: [...warningsOf(request, policy, facts, now), ...stepWarnings(policy, facts)],
    power: forecastPower(
      policy,
      order.map(({ index }) => traffic[index]!),
      history,
      (now - startedAt) / HOUR_MS,
    ),
    earlierDelivery:
      planned?.startedAt != null && request.earlier_delivery
        ? { startedAt, message: countedSince(startedAt, request.earlier_delivery) }
        : { startedAt: null, message: whyNotCounted(policy.confidence) },
    adNames: new Map(
      facts.variants.flatMap((variant) => (variant ? [[variant.ad.id, variant.ad.name]] : [])),
    ),
    variantIds: new Map(
      facts.variants.flatMap((variant, index) => (variant ? [[variant.adSet.id, ids[index]!]] : [])),
    ),
    rollouts: rolloutsOf(request, policy, facts),
  };
}

function rolloutsOf(request: NewExperiment, policy: Policy, facts: CreationFacts): PlannedRollout[] {
  const ids = variantIds(request);
  const { currency } = facts.account;
  return rolloutPlans(policy, facts).map(({ winnerAdSetId, result }): PlannedRollout => {
    const index = facts.variants.findIndex((variant) => variant?.adSet.id === winnerAdSetId);
    const winner = { winnerVariantId: ids[index]!, winnerAdId: request.variants[index]!.ad_id };
    if (result.kind === 'refused')
      return { ...winner, plan: null, refusal: result.reason, largestStep: null, atRisk: null };
    const { plan } = result;
    const step = largestStep(plan);
    // Before the test no interval is known, so the whole budget that the last phase moves may be at risk.
    const risk = atRisk({
      base: plan.base,
      targets: plan.phases.at(-1)!.targets,
      winnerAdSetId,
      interval: null,
    });
    const { confidence, objective } = policy;
    return {
      ...winner,
      plan,
      refusal: null,
      largestStep: { ...step, message: largestStepSentence(step, maxStepFactorOf(policy)) },
      atRisk: { ...risk, message: atRiskSentence(risk, currency, { confidence, adjusted: true, objective }) },
    };
  });
}
