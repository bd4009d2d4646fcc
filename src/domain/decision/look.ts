/** One look, from the observations to the verdict. Pure, so that a stored decision can be recomputed. */

import { declarationSentence } from '../earlier-delivery.js';
import { type DriftHistory, driftOfAccount, NO_HISTORY } from '../evidence/drift.js';
import { welchOfProportions } from '../evidence/welch.js';
import { bucketsOf } from '../experiment.js';
import { horizonAtHour } from '../extension.js';
import { eventsOf, exposureOf, informationOf, METRICS, type Metric, type VariantMetrics } from '../metric.js';
import { HOUR_MS } from '../time.js';
import { burstFindings } from './burst-findings.js';
import type { AccountDrift, Decision, PairEvidence } from './decision.js';
import type { HealthFinding, LookSetting } from './delivery-health.js';
import { fadingFindings } from './fading-findings.js';
import { liftByAge } from './fatigue.js';
import { futilityAdvice } from './futility.js';
import { afterGuardrails, calledHoursOf, guardrailWait } from './guardrail-wait.js';
import { guardrailsOf, healthOf } from './look-health.js';
import {
  cellsOf,
  type LookData,
  metricsOf,
  pairsOf,
  weighedOf,
  weighedRowsOf,
  withoutDropped,
} from './look-rows.js';
import type { Outlook } from './outlook.js';
import { ruleFor, ruleSettings } from './rule-settings.js';
import { withOtherChange } from './strata.js';
import { afterHealth, decide, type VerdictOfLook, weighedHours } from './verdict.js';

export interface LookInput extends LookData {
  lookNumber: number;
  /** The pairs of the previous look; null at the first. */
  previous: readonly PairEvidence[] | null;
  /** The rule's state per pair after the previous look, by pair key; empty at the first. */
  states: Record<string, Uint8Array>;
  /** What Meta reports about the ad sets; null if it wasn't asked. */
  setting?: LookSetting | null;
  /** The rule's version; default: the newest. A test keeps the version of its first look. */
  ruleVersion?: string | undefined;
  /** The drift in the account's other tests; default: none is known. */
  history?: DriftHistory | undefined;
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
  const cells = cellsOf(input, metric);
  const pairs = pairsOf(experiment).map(([a, b]): PairEvidence => {
    const key = `${a}|${b}`;
    const before = input.states[key];
    const { rows, segments } = weighedRowsOf(input, metric, [a, b], cells);
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
  const horizonOf = (hour: number) => horizonAtHour(experiment, hour);
  const wait = winner === null ? null : guardrailWait(policy, { pairs, winner, hours, horizonOf });
  const health = [
    ...healthOf(input, { leader: decided.leaderVariantId, setting, cells }),
    ...fadingFindings(metric, pairs, decided.leaderVariantId),
    ...burstFindings(metric, pairs, { startedAt, hours, buckets: bucketsOf(policy), ads: variants }),
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
  const declared = declarationSentence(experiment);
  const [reason = '', ...more] = verdict.reasons;
  return {
    ...verdict,
    // With the first sentence, because many texts repeat it alone.
    reasons: declared === null ? verdict.reasons : [`${reason} ${declared}`, ...more],
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
