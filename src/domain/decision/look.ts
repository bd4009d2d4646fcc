/** One look: from what was observed to the verdict. Pure, so that a stored decision can be computed again. */

import { type RateRatio, rateRatio } from '../evidence/rate-ratio.js';
import { RULES } from '../evidence/rules.js';
import type { RuleSettings } from '../evidence/types.js';
import { welchOfProportions } from '../evidence/welch.js';
import { bucketsOf, DEFAULT_POLICY, type Experiment, type Policy, participants } from '../experiment.js';
import { METRICS, type Observed, pairRows, type VariantMetrics } from '../metric.js';
import { HOUR_MS } from '../time.js';
import type { Cut } from './counted.js';
import type { Decision, PairEvidence } from './decision.js';
import {
  differingAdSets,
  type HealthFinding,
  type LookSetting,
  mixShift,
  sharedBudgets,
  silentVariants,
  spendOffPlan,
  starvedVariants,
} from './delivery-health.js';
import { futilityAdvice } from './futility.js';
import { guardrailFinding } from './guardrails.js';
import type { Outlook } from './outlook.js';
import { afterHealth, decide, type LookFacts, type VerdictOfLook, weighedHours } from './verdict.js';

export interface LookInput {
  experiment: Pick<Experiment, 'variants' | 'policy' | 'startedAt' | 'dropped' | 'acceptedDifferences'>;
  lookNumber: number;
  /** The cut-off, epoch ms. */
  dueAt: number;
  /** Of the closed buckets between the start and the cut-off, ordered by bucket and variant. */
  observations: readonly Observed[];
  /** The pairs of the look before; null at the first. */
  previous: readonly PairEvidence[] | null;
  /** The rule's state a pair after the look before, by pair key; empty at the first. */
  states: Record<string, Uint8Array>;
  /** What Meta said of the ad sets; null where it wasn't asked. */
  setting?: LookSetting | null;
}

export interface LookResult extends VerdictOfLook {
  hours: number;
  rule: string;
  ruleVersion: string;
  pairs: PairEvidence[];
  metrics: Record<string, VariantMetrics>;
  health: HealthFinding[];
  outlook: Outlook | null;
  setting: LookSetting | null;
  /** The rule's state a pair after this look, by pair key. */
  states: Record<string, Uint8Array>;
}

/** The parts of a decision that {@link takeLook} determines. */
export const DETERMINED = [
  'verdict',
  'winnerVariantId',
  'leaderVariantId',
  'confidence',
  'reasons',
  'rule',
  'ruleVersion',
  'pairs',
  'metrics',
  'health',
  'outlook',
] as const satisfies (keyof Decision & keyof LookResult)[];

/** Weighs every pair of variants and decides. The same input gives the same bits. */
export function takeLook(given: LookInput): LookResult {
  const input = withoutDropped(given);
  const { experiment, lookNumber, setting = null } = input;
  const { policy, variants, startedAt } = experiment;
  const rule = RULES[policy.rule];
  const settings = ruleSettings(policy);
  const hours = (input.dueAt - startedAt) / HOUR_MS;
  const metrics = metricsOf(experiment, input.observations);
  const states: Record<string, Uint8Array> = {};
  const pairs = pairsOf(experiment).map(([a, b]): PairEvidence => {
    const key = `${a}|${b}`;
    const before = input.states[key];
    const run = before ? rule.resume(settings, before) : rule.start(settings);
    const { evidence, after } = run.look(rowsOf(input, policy.objective, a, b), hours);
    states[key] = after.encode();
    const calledBefore =
      input.previous?.find((pair) => pair.variantA === a && pair.variantB === b)?.calledWinner ?? null;
    const called = evidence.winner === null ? calledBefore : evidence.winner === 'A' ? a : b;
    const welch = policy.objective === 'click_through_rate' ? welchOf(metrics, a, b) : null;
    return { variantA: a, variantB: b, evidence, calledWinner: called, welch };
  });
  const weighed = METRICS[policy.objective].attributed ? weighedOf(input) : null;
  const facts = { variants, policy, pairs, metrics, weighed, lookNumber, hours };
  const { outlook, ...decided } = decide(facts);
  const health = [
    ...healthOf(input, decided.leaderVariantId, setting),
    ...(decided.winnerVariantId === null ? [] : guardrailsOf(input, decided.winnerVariantId)),
    ...(decided.verdict === 'continue_testing'
      ? futilityAdvice({ ...facts, weighedHours: weighedHours(facts) })
      : []),
  ];
  const verdict = afterHealth(decided, health, {
    hours,
    policy,
    randomised: setting === null ? false : setting.randomised,
    variants,
  });
  return {
    ...verdict,
    hours,
    rule: rule.name,
    ruleVersion: rule.version,
    pairs,
    metrics,
    health,
    outlook,
    setting,
    states,
  };
}

type Rows = Pick<LookInput, 'experiment' | 'observations' | 'dueAt'>;

/** Up to when events are known at the cut-off. */
function cutOf({ experiment: { policy }, dueAt }: Rows): Cut {
  const windowHours = attributionWindowHours(policy);
  return { until: dueAt - windowHours * HOUR_MS, windowHours };
}

function weighedOf(input: Rows): NonNullable<LookFacts['weighed']> {
  const cut = cutOf(input);
  const known = input.observations.filter(({ bucketEnd }) => bucketEnd <= cut.until);
  return { cut, metrics: metricsOf(input.experiment, known) };
}

/** Rows of two variants by one metric, of the buckets whose events are known at the cut-off. */
function rowsOf(input: Rows, name: keyof typeof METRICS, a: string, b: string) {
  const { experiment, observations } = input;
  const { startedAt } = experiment;
  const { until } = cutOf(input);
  return pairRows(METRICS[name], observations, [a, b], { startedAt, until });
}

/** The input as if the variants dropped by its cut-off had never taken part. */
function withoutDropped<Input extends Rows>(input: Input): Input {
  const variants = participants(input.experiment, input.dueAt);
  return { ...input, experiment: { ...input.experiment, variants } };
}

/** Delivery: of every variant, and in the pairs of the leader. */
function healthOf(input: LookInput, leader: string | null, setting: LookSetting | null): HealthFinding[] {
  const { experiment, observations, dueAt } = input;
  const { policy, startedAt } = experiment;
  const metric = METRICS[policy.objective];
  const variantIds = experiment.variants.map((variant) => variant.id);
  const buckets = bucketsOf(policy);
  const delivery = { variantIds, observations, startedAt, dueAt, buckets };
  const minimum = ruleSettings(policy).minimumClicks;
  return [
    ...silentVariants(delivery),
    ...(setting ? spendOffPlan(delivery, setting.dailyBudgets) : []),
    ...(setting ? differingAdSets(setting, experiment.acceptedDifferences ?? null) : []),
    ...sharedBudgets(setting?.sharingCampaigns ?? []),
    ...starvedVariants(metric, delivery, minimum, attributionWindowHours(policy)),
    ...pairsOf(experiment)
      .filter((pair) => leader !== null && pair.includes(leader))
      .flatMap((pair) => mixShift(metric, pair, rowsOf(input, policy.objective, ...pair), buckets)),
  ];
}

/** Each guardrail over each rival of the winner: money moves away from all of them. */
function guardrailsOf(input: Rows, winner: string): HealthFinding[] {
  const { policy, variants } = input.experiment;
  return (policy.guardrails ?? [])
    .filter((guardrail) => guardrail.metric !== policy.objective)
    .flatMap((guardrail) =>
      variants
        .filter((variant) => variant.id !== winner)
        .map(({ id: rival }) => {
          const rows = rowsOf(input, guardrail.metric, rival, winner);
          const converted = rowsOf(input, 'cost_per_conversion', rival, winner);
          return guardrailFinding({
            guardrail,
            winner,
            rival,
            rows,
            conversions: {
              winner: converted.reduce((sum, row) => sum + row.eventsB, 0),
              rival: converted.reduce((sum, row) => sum + row.eventsA, 0),
            },
            minimumConversions: minimumConversions(policy),
            buckets: bucketsOf(policy),
            cut: cutOf(input),
          });
        }),
    );
}

/** Point estimates alone: nothing is spent, nothing remembered. */
export function standingOf(given: Rows): {
  leaderVariantId: string | null;
  theta: number;
  se: number;
  metrics: Record<string, VariantMetrics>;
  /** What harm the guardrails see in promoting the leader, in sentences. */
  harm: string[];
} {
  const input = withoutDropped(given);
  const { experiment, observations } = input;
  const ids = experiment.variants.map((variant) => variant.id);
  const clustering = { clusterByDay: ruleSettings(experiment.policy).strict };
  const over = (x: string, y: string) =>
    rateRatio(rowsOf(input, experiment.policy.objective, y, x), clustering);
  const leader = ids.find((x) => ids.every((y) => y === x || over(x, y).theta > 0)) ?? null;
  const closest = ids
    .filter((id) => leader !== null && id !== leader)
    .map((id) => over(leader!, id))
    .reduce<RateRatio | null>(
      (least, one) => (least === null || one.theta < least.theta ? one : least),
      null,
    );
  return {
    leaderVariantId: leader,
    theta: closest?.theta ?? 0,
    se: closest?.se ?? 0,
    metrics: metricsOf(experiment, observations),
    harm: (leader === null ? [] : guardrailsOf(input, leader))
      .filter((finding) => finding.level === 'block')
      .map((finding) => `${finding.message}.`),
  };
}

/** What the rule is given of the policy. */
export function ruleSettings(policy: Policy): RuleSettings {
  const { objective } = policy;
  return {
    confidence: policy.confidence,
    horizonHours: policy.horizonHours,
    minimumHours: policy.minimumRunHours,
    // The rule's own words: events and exposure an ad.
    minimumClicks: objective === 'click_through_rate' ? policy.minimumClicks : minimumConversions(policy),
    minimumImpressions: minimumExposure(policy),
    // Rows that are days are their own clusters.
    strict: policy.strict && bucketsOf(policy) === 'hour',
  };
}

/** Policies frozen before there were conversion objectives have none. */
function attributionWindowHours(policy: Policy): number {
  return policy.attributionWindowHours ?? DEFAULT_POLICY.attributionWindowHours;
}

/** Conversions a variant before they are weighed. */
function minimumConversions(policy: Policy): number {
  return policy.minimumConversions ?? DEFAULT_POLICY.minimumConversions;
}

/** Of the objective's exposure; money spent needs none, since the conversions that it bought are counted. */
function minimumExposure({ objective, minimumImpressions, minimumClicks }: Policy): number {
  if (objective === 'click_through_rate') return minimumImpressions;
  return objective === 'conversion_rate' ? minimumClicks : 0;
}

/** Each pair once, in the order of the variants: the control is A wherever it takes part. */
function pairsOf(experiment: LookInput['experiment']): [string, string][] {
  const ids = experiment.variants.map((variant) => variant.id);
  return ids.flatMap((a, index) => ids.slice(index + 1).map((b): [string, string] => [a, b]));
}

function metricsOf(
  experiment: LookInput['experiment'],
  observations: readonly Observed[],
): Record<string, VariantMetrics> {
  const sum = (id: string, pick: (row: Observed) => number) =>
    observations.reduce((total, row) => (row.variantId === id ? total + pick(row) : total), 0);
  return Object.fromEntries(
    experiment.variants.map(({ id }) => [
      id,
      {
        impressions: sum(id, (row) => row.impressions),
        clicks: sum(id, (row) => row.clicks),
        linkClicks: sum(id, (row) => row.linkClicks),
        spend: sum(id, (row) => row.spend),
        conversions: sum(id, (row) => row.conversions),
        revenue: sum(id, (row) => row.revenue),
      },
    ]),
  );
}

function welchOf(metrics: Record<string, VariantMetrics>, a: string, b: string): PairEvidence['welch'] {
  const of = (id: string) => ({ trials: metrics[id]!.impressions, successes: metrics[id]!.linkClicks });
  return welchOfProportions(of(a), of(b));
}
