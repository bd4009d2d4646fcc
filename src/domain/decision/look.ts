/** One look, from the observations to the verdict. Pure, so that a stored decision can be recomputed. */

import { type DriftHistory, driftOfAccount, NO_HISTORY } from '../evidence/drift.js';
import type { RateRatio } from '../evidence/rate-ratio.js';
import { type NamedRule, RULES, ruleOf } from '../evidence/rules.js';
import type { RuleSettings } from '../evidence/types.js';
import { welchOfProportions } from '../evidence/welch.js';
import {
  attributionWindowHoursOf,
  bookedAfterHours,
  bucketsOf,
  DEFAULT_POLICY,
  type Experiment,
  type Policy,
  participants,
  strataOf,
} from '../experiment.js';
import {
  eventsOf,
  exposureOf,
  informationOf,
  METRICS,
  type Metric,
  QUANTITIES,
  type Quantity,
  type VariantMetrics,
} from '../metric.js';
import { type Observed, pairRows } from '../pair-rows.js';
import type { SegmentObserved } from '../segments.js';
import { HOUR_MS } from '../time.js';
import { burstFindings } from './burst-findings.js';
import { conversionGoals } from './conversion-goal.js';
import type { Cut } from './counted.js';
import type { AccountDrift, Decision, PairEvidence } from './decision.js';
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
import { fadingFindings } from './fading-findings.js';
import { liftByAge } from './fatigue.js';
import { futilityAdvice } from './futility.js';
import { guardrailFindings } from './guardrail-findings.js';
import { afterGuardrails, calledHoursOf, type GuardrailWait, guardrailWait } from './guardrail-wait.js';
import type { Outlook } from './outlook.js';
import { segmentMix } from './segment-mix.js';
import { objectiveRows, withOtherChange } from './strata.js';
import { afterHealth, decide, type LookFacts, type VerdictOfLook, weighedHours } from './verdict.js';

export interface LookInput {
  experiment: Pick<Experiment, 'variants' | 'policy' | 'startedAt' | 'dropped' | 'acceptedDifferences'>;
  lookNumber: number;
  /** The cut-off, epoch ms. */
  dueAt: number;
  /** From the closed buckets between the start and the cut-off, ordered by bucket and variant. */
  observations: readonly Observed[];
  /** Of the account's whole days between the start and the cut-off; default: none. */
  segments?: readonly SegmentObserved[];
  /** The pairs of the previous look; null at the first. */
  previous: readonly PairEvidence[] | null;
  /** The rule's state per pair after the previous look, by pair key; empty at the first. */
  states: Record<string, Uint8Array>;
  /** What Meta reports about the ad sets; null if it wasn't asked. */
  setting?: LookSetting | null;
  /** The rule's version; default: the newest. A test keeps the version of its first look. */
  ruleVersion?: string;
  /** The drift in the account's other tests; default: none is known. */
  history?: DriftHistory;
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
  accountDrift: AccountDrift | null;
  /** The rule's state per pair after this look, by pair key. */
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

/** Weighs every pair of variants and decides. The same input gives the same result, bit for bit. */
export function takeLook(given: LookInput): LookResult {
  const input = withoutDropped(given);
  const { experiment, lookNumber, setting = null } = input;
  const { policy, variants, startedAt } = experiment;
  const metric = METRICS[policy.objective];
  const rule = ruleFor(policy, input.ruleVersion);
  const settings = ruleSettings(policy);
  const history = rule.usesHistory(settings) ? (input.history ?? NO_HISTORY) : null;
  const hours = (input.dueAt - startedAt) / HOUR_MS;
  const metrics = metricsOf(experiment, input.observations);
  const states: Record<string, Uint8Array> = {};
  const pairs = pairsOf(experiment).map(([a, b]): PairEvidence => {
    const key = `${a}|${b}`;
    const before = input.states[key];
    const { rows, segments } = weighedRowsOf(input, metric, [a, b]);
    const own = withOtherChange(settings, segments);
    const run = before ? rule.resume(own, before) : rule.start(own);
    const { evidence, after } = run.look(rows, hours, history ?? undefined);
    states[key] = after.encode();
    const last = input.previous?.find((pair) => pair.variantA === a && pair.variantB === b);
    const called = evidence.winner === null ? (last?.calledWinner ?? null) : evidence.winner === 'A' ? a : b;
    const since = calledHoursOf(policy, last, called, hours);
    const welch = metric.welch ? welchOf(metric, metrics, a, b) : null;
    const byAge = history && liftByAge(rows, { information: informationOf(metric) }, history);
    const more = { ...since, ...(byAge && { byAge }), ...(segments && { segments }) };
    return { variantA: a, variantB: b, evidence, calledWinner: called, welch, ...more };
  });
  const weighed = metric.attribution ? weighedOf(input) : null;
  const facts = { variants, policy, pairs, metrics, weighed, lookNumber, hours };
  const { outlook, ...decided } = decide(facts);
  const { winnerVariantId: winner } = decided;
  const wait = winner === null ? null : guardrailWait(policy, { pairs, winner, hours });
  const health = [
    ...healthOf(input, decided.leaderVariantId, setting),
    ...fadingFindings(metric, pairs, decided.leaderVariantId),
    ...burstFindings(metric, pairs, { startedAt, hours, buckets: bucketsOf(policy) }),
    ...(winner === null ? [] : guardrailsOf(input, winner, wait)),
    ...(decided.verdict === 'continue_testing'
      ? futilityAdvice({ ...facts, weighedHours: weighedHours(facts) })
      : []),
  ];
  const waited = afterGuardrails(decided, health, { wait, startedAt });
  const verdict = afterHealth(waited, health, {
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
    accountDrift: history && { ...history, ...driftOfAccount(history) },
    states,
  };
}

function ruleFor({ rule }: Policy, version: string | undefined): NamedRule {
  return version === undefined ? RULES[rule] : ruleOf(rule, version);
}

/** Whether a look under this version of the policy's rule needs the drift in the account's other tests. */
export function usesHistory(policy: Policy, ruleVersion?: string): boolean {
  return ruleFor(policy, ruleVersion).usesHistory(ruleSettings(policy));
}

type Rows = Pick<LookInput, 'experiment' | 'observations' | 'segments' | 'dueAt'>;

/** The instant up to which all events are known at the cut-off. */
function cutOf({ experiment: { policy }, dueAt }: Rows): Cut {
  const windowHours = attributionWindowHoursOf(policy);
  return { until: dueAt - windowHours * HOUR_MS, windowHours };
}

function weighedOf(input: Rows): NonNullable<LookFacts['weighed']> {
  const cut = cutOf(input);
  const known = input.observations.filter(({ bucketEnd }) => bucketEnd <= cut.until);
  return { cut, metrics: metricsOf(input.experiment, known) };
}

/** The rows of two variants for one metric, from the buckets whose events are known at the cut-off. */
function rowsOf(input: Rows, metric: Metric, a: string, b: string) {
  const { experiment, observations } = input;
  const { startedAt } = experiment;
  const { until } = cutOf(input);
  return pairRows(metric, observations, [a, b], { startedAt, until });
}

/** The rows that decide a pair. */
function weighedRowsOf(input: Rows, metric: Metric, pair: [string, string]) {
  const { experiment, segments = [] } = input;
  const window = { startedAt: experiment.startedAt, until: cutOf(input).until };
  const buckets = () => rowsOf(input, metric, ...pair);
  return objectiveRows(experiment.policy, metric, segments, pair, window, buckets);
}

/** The input as if the variants dropped by its cut-off had never taken part. */
function withoutDropped<Input extends Rows>(input: Input): Input {
  const variants = participants(input.experiment, input.dueAt);
  return { ...input, experiment: { ...input.experiment, variants } };
}

/** Findings on the delivery of every variant and in the pairs of the leader. */
function healthOf(input: LookInput, leader: string | null, setting: LookSetting | null): HealthFinding[] {
  const { experiment, observations, dueAt } = input;
  const { policy, startedAt } = experiment;
  const metric = METRICS[policy.objective];
  const variantIds = experiment.variants.map((variant) => variant.id);
  const buckets = bucketsOf(policy);
  const delivery = { variantIds, observations, startedAt, dueAt, buckets };
  const minimum = minimumOf(metric.events, policy);
  return [
    ...silentVariants(delivery).map(({ code, message }) => ({ code, level: 'block' as const, message })),
    ...(setting ? spendOffPlan(delivery, setting.dailyBudgets) : []),
    ...(setting ? differingAdSets(setting, experiment.acceptedDifferences ?? null) : []),
    ...sharedBudgets(setting?.sharingCampaigns ?? []),
    ...conversionGoals(policy.objective, setting?.optimizationGoals ?? {}),
    ...starvedVariants(metric, delivery, minimum, bookedAfterHours(policy)),
    ...pairsOf(experiment)
      .filter((pair) => leader !== null && pair.includes(leader))
      .flatMap((pair) => [
        ...mixShift(metric, pair, rowsOf(input, metric, ...pair), buckets),
        ...segmentMix({
          metric,
          pair,
          observations,
          segments: input.segments ?? [],
          buckets,
          strata: strataOf(policy),
          startedAt,
          until: cutOf(input).until,
        }),
      ]),
  ];
}

function guardrailsOf(input: Rows, winner: string, wait: GuardrailWait | null): HealthFinding[] {
  const { policy, variants } = input.experiment;
  return guardrailFindings(policy, wait, {
    winner,
    rivals: variants.map(({ id }) => id).filter((id) => id !== winner),
    metrics: metricsOf(input.experiment, input.observations),
    cut: cutOf(input),
    rowsOf: (metric, rival) => rowsOf(input, metric, rival, winner),
    minimumOf: (metric) => minimumOf(metric.events, policy),
  });
}

/** The standing between two looks: point estimates only, so no error is spent and nothing is stored. */
export function standingOf(given: Rows & Pick<LookInput, 'ruleVersion' | 'history'>): {
  leaderVariantId: string | null;
  theta: number;
  se: number;
  metrics: Record<string, VariantMetrics>;
  /** The harm that the guardrails expect from promoting the leader, in sentences. */
  harm: string[];
} {
  const input = withoutDropped(given);
  const { experiment, observations } = input;
  const ids = experiment.variants.map((variant) => variant.id);
  const { policy, startedAt } = experiment;
  const hours = (input.dueAt - startedAt) / HOUR_MS;
  const metric = METRICS[policy.objective];
  const rule = ruleFor(policy, input.ruleVersion);
  const settings = ruleSettings(policy);
  const over = (x: string, y: string) => {
    const { rows, segments } = weighedRowsOf(input, metric, [y, x]);
    return rule.estimate(withOtherChange(settings, segments), rows, input.history);
  };
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
    harm: (leader === null
      ? []
      : guardrailsOf(input, leader, guardrailWait(policy, { winner: leader, hours }))
    )
      .filter((finding) => finding.level === 'block')
      .map((finding) => `${finding.message}.`),
  };
}

/** The part of the policy that the rule is given. */
export function ruleSettings(policy: Policy): RuleSettings {
  const metric = METRICS[policy.objective];
  return {
    confidence: policy.confidence,
    horizonHours: policy.horizonHours,
    minimumHours: policy.minimumRunHours,
    // The rule calls them clicks and impressions; they are the metric's events and exposure per ad.
    minimumClicks: minimumOf(metric.events, policy),
    minimumImpressions: minimumOf(metric.exposure, policy),
    // Rows that are days are their own clusters.
    strict: policy.strict && bucketsOf(policy) === 'hour',
    // Left out if it is the rule's default: the settings are part of a decision's hash, and stored hashes lack it.
    ...(informationOf(metric) === 'exposure' && { information: 'exposure' }),
  };
}

/** The amount of a quantity that each variant needs before it is weighed. Older policies may lack the field. */
function minimumOf(quantity: Quantity, policy: Policy): number {
  const { minimum } = QUANTITIES[quantity];
  return minimum === null ? 0 : (policy[minimum] ?? DEFAULT_POLICY[minimum]);
}

/** Each pair once, in the order of the variants: the control is always A. */
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

function welchOf(
  metric: Metric,
  metrics: Record<string, VariantMetrics>,
  a: string,
  b: string,
): PairEvidence['welch'] {
  const of = (id: string) => ({
    trials: exposureOf(metric, metrics[id]!),
    successes: eventsOf(metric, metrics[id]!),
  });
  return welchOfProportions(of(a), of(b));
}
