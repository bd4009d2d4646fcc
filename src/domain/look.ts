/** One look: from what was observed to the verdict. Pure, so that a stored decision can be computed again. */
import type { Decision, PairEvidence, VariantMetrics } from './decision.js';
import { type RateRatio, rateRatio } from './evidence/rate-ratio.js';
import { RULES } from './evidence/rules.js';
import type { PairRow, RuleSettings } from './evidence/types.js';
import { welchOfProportions } from './evidence/welch.js';
import { type Experiment, HOUR_MS, type Policy } from './experiment.js';
import { decide, type VerdictOfLook } from './verdict.js';

/** What a variant did in one closed bucket. Spend and revenue in minor units. */
export interface Observed extends VariantMetrics {
  variantId: string;
  /** Epoch ms. */
  bucketStart: number;
}

export interface LookInput {
  experiment: Pick<Experiment, 'variants' | 'policy' | 'startedAt'>;
  lookNumber: number;
  /** The cut-off, epoch ms. */
  dueAt: number;
  /** Of the closed hours between the start and the cut-off, ordered by bucket and variant. */
  observations: readonly Observed[];
  /** The pairs of the look before; null at the first. */
  previous: readonly PairEvidence[] | null;
  /** The rule's state a pair after the look before, by pair key; empty at the first. */
  states: Record<string, Uint8Array>;
}

export interface LookResult extends VerdictOfLook {
  hours: number;
  rule: string;
  ruleVersion: string;
  pairs: PairEvidence[];
  metrics: Record<string, VariantMetrics>;
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
] as const satisfies (keyof Decision & keyof LookResult)[];

/** Blocks of 24 h from the start: the account's own days would leave broken ones at both ends. */
const DAY_MS = 24 * HOUR_MS;

/** Weighs every pair of variants and decides. The same input gives the same bits. */
export function takeLook(input: LookInput): LookResult {
  const { experiment, observations, lookNumber } = input;
  const { policy, variants } = experiment;
  const rule = RULES[policy.rule];
  const settings = ruleSettings(policy);
  const hours = (input.dueAt - experiment.startedAt) / HOUR_MS;
  const metrics = metricsOf(experiment, observations);
  const states: Record<string, Uint8Array> = {};
  const pairs = pairsOf(experiment).map(([a, b]): PairEvidence => {
    const key = `${a}|${b}`;
    const before = input.states[key];
    const run = before ? rule.resume(settings, before) : rule.start(settings);
    const { evidence, after } = run.look(pairRows(experiment, observations, a, b), hours);
    states[key] = after.encode();
    const calledBefore =
      input.previous?.find((pair) => pair.variantA === a && pair.variantB === b)?.calledWinner ?? null;
    const called = evidence.winner === null ? calledBefore : evidence.winner === 'A' ? a : b;
    return { variantA: a, variantB: b, evidence, calledWinner: called, welch: welchOf(metrics, a, b) };
  });
  const verdict = decide({ variants, policy, pairs, metrics, lookNumber, hours });
  return { ...verdict, hours, rule: rule.name, ruleVersion: rule.version, pairs, metrics, states };
}

/** Point estimates alone: nothing is spent, nothing remembered. */
export function standingOf(input: Pick<LookInput, 'experiment' | 'observations'>): {
  leaderVariantId: string | null;
  theta: number;
  se: number;
  metrics: Record<string, VariantMetrics>;
} {
  const { experiment, observations } = input;
  const ids = experiment.variants.map((variant) => variant.id);
  const clustering = { clusterByDay: experiment.policy.strict };
  const over = (x: string, y: string) => rateRatio(pairRows(experiment, observations, y, x), clustering);
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
  };
}

/** What the rule is given of the policy. */
export function ruleSettings(policy: Policy): RuleSettings {
  return {
    confidence: policy.confidence,
    horizonHours: policy.horizonHours,
    minimumHours: policy.minimumRunHours,
    minimumClicks: policy.minimumClicks,
    minimumImpressions: policy.minimumImpressions,
    strict: policy.strict,
  };
}

/** Each pair once, in the order of the variants: the control is A wherever it takes part. */
function pairsOf(experiment: LookInput['experiment']): [string, string][] {
  const ids = experiment.variants.map((variant) => variant.id);
  return ids.flatMap((a, index) => ids.slice(index + 1).map((b): [string, string] => [a, b]));
}

/** The hours of two variants, those too in which one of them was silent; rules leave out what they can't compare. */
function pairRows(
  { startedAt }: LookInput['experiment'],
  observations: readonly Observed[],
  a: string,
  b: string,
): PairRow[] {
  const rows = new Map<number, PairRow>();
  for (const { variantId, bucketStart, impressions, linkClicks } of observations) {
    if (variantId !== a && variantId !== b) continue;
    const day = Math.floor((bucketStart - startedAt) / DAY_MS);
    const row = rows.get(bucketStart) ?? { exposureA: 0, eventsA: 0, exposureB: 0, eventsB: 0, day };
    rows.set(
      bucketStart,
      variantId === a
        ? { ...row, exposureA: impressions, eventsA: linkClicks }
        : { ...row, exposureB: impressions, eventsB: linkClicks },
    );
  }
  return [...rows.values()];
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
