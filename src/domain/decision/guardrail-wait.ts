/** How long a promotion waits for its guardrails, and what comes of it. */
import { attributionWindowHoursOf, type Policy } from '../experiment.js';
import { eventsNoun, eventsOf, METRICS, type VariantMetrics } from '../metric.js';
import { HOUR_MS, instantOf } from '../time.js';
import type { PairEvidence } from './decision.js';
import type { HealthFinding } from './delivery-health.js';
import { type GuardrailState, guardrailState } from './guardrail-state.js';
import type { GuardrailInput } from './guardrails.js';
import type { VerdictOfLook } from './verdict.js';

/** If no ad has a conversion in so many hours of known data, the account doesn't report any. */
const UNWATCHED_HOURS = 24;

/** The wait as of one look. Hours are since the start of the test. */
export interface GuardrailWait {
  hours: number;
  /** When the wait ends at the latest. */
  endHours: number;
  /** Hours at the end of the test whose conversions aren't all booked. */
  windowHours: number;
  /** How much of the data that is known when the wait ends is known now: above 0, at most 1. */
  fraction: number;
  /** The guardrails are weighed for the last time at the first look after the end; what comes later needs approval. */
  phase: 'waiting' | 'ending' | 'over';
}

/** Keeps when a pair's winner was called first. Nothing if the policy's guardrails don't wait. */
export function calledHoursOf(
  { guardrailWaitHours }: Policy,
  before: Pick<PairEvidence, 'calledWinner' | 'calledHours'> | undefined,
  called: string | null,
  hours: number,
): Pick<PairEvidence, 'calledHours'> {
  if (guardrailWaitHours === undefined || called === null) return {};
  const isSame = before?.calledWinner === called;
  return { calledHours: (isSame ? before.calledHours : undefined) ?? hours };
}

/**
 * The wait for the guardrails of a winner; null if they don't wait. Without the pairs, as if it began now. `horizonOf`: the
 * horizon as it was at an hour. An extension since the wait began doesn't move its end: the error is spent up to there.
 */
export function guardrailWait(
  policy: Policy,
  {
    pairs = [],
    winner,
    hours,
    horizonOf = () => policy.horizonHours,
  }: {
    pairs?: readonly PairEvidence[];
    winner: string;
    hours: number;
    horizonOf?: (hours: number) => number;
  },
): GuardrailWait | null {
  const { guardrailWaitHours, checkEveryHours } = policy;
  if (guardrailWaitHours === undefined) return null;
  const called = pairs.flatMap(({ calledWinner, calledHours }) =>
    calledWinner === winner && calledHours !== undefined ? [calledHours] : [],
  );
  const since = called.length === 0 ? hours : Math.max(...called);
  const endHours = Math.min(since + guardrailWaitHours, horizonOf(since));
  const windowHours = attributionWindowHoursOf(policy);
  const known = Math.max(0, hours - windowHours);
  const fraction = Math.min(1, known / Math.max(endHours - windowHours, known)) || 0;
  const phase =
    hours < endHours ? 'waiting' : hours < endHours + checkEveryHours || hours <= since ? 'ending' : 'over';
  return { hours, endHours, windowHours, fraction, phase };
}

/** One guardrail against one rival, at a look whose winner waits for it. */
export function waitingFinding(input: GuardrailInput, wait: GuardrailWait): HealthFinding {
  const { state, message } = guardrailState({ ...input, fraction: wait.fraction });
  return { code: `guardrail_${input.guardrail.metric}`, level: LEVELS[wait.phase][state], message };
}

const LEVELS: Record<GuardrailWait['phase'], Record<GuardrailState['state'], HealthFinding['level']>> = {
  waiting: { passed: 'note', harm: 'block', open: 'wait' },
  ending: { passed: 'note', harm: 'block', open: 'approve' },
  over: { passed: 'approve', harm: 'block', open: 'approve' },
};

/**
 * The finding on a metric of which no ad has any event, as in accounts that report no conversions: it doesn't hold the
 * promotion up for long, and says that nothing could be watched. Null if an ad has one.
 */
export function unwatched(
  name: GuardrailInput['guardrail']['metric'],
  metrics: Record<string, VariantMetrics>,
  { hours, windowHours, endHours }: GuardrailWait,
): HealthFinding | null {
  const metric = METRICS[name];
  if (Object.values(metrics).some((row) => eventsOf(metric, row) > 0)) return null;
  const code = `guardrail_${name}` as const;
  const none = `no ad has had any ${eventsNoun(metric)} in ${Math.floor(hours)} h`;
  return hours - windowHours >= UNWATCHED_HOURS || hours >= endHours
    ? { code, level: 'warn', message: `The ${metric.label} could not be watched: ${none}` }
    : { code, level: 'wait', message: none };
}

/** The verdict after the guardrails: a winner waits for them, or needs approval. Findings that block come later. */
export function afterGuardrails<Verdict extends VerdictOfLook>(
  verdict: Verdict,
  health: readonly HealthFinding[],
  { wait, startedAt }: { wait: GuardrailWait | null; startedAt: number },
): Verdict {
  if (wait === null || verdict.verdict !== 'promote' || health.some(({ level }) => level === 'block'))
    return verdict;
  const at = (level: HealthFinding['level']) =>
    health.filter((finding) => finding.level === level).map(({ message }) => message);
  const [reason = '', ...more] = verdict.reasons;
  const but = (messages: readonly string[]) => `${reason.replace(/\.$/, '')}, but ${messages.join(', and ')}`;
  const waits = at('wait');
  const end = instantOf(startedAt + wait.endHours * HOUR_MS);
  if (waits.length > 0) {
    const reasons = [`${but(waits)}: the promotion waits until ${end} at most.`, ...more];
    return { ...verdict, verdict: 'continue_testing', winnerVariantId: null, reasons };
  }
  const asks = at('approve');
  if (asks.length === 0) return verdict;
  return { ...verdict, reasons: [`${but(asks)}, and the wait ended at ${end}.`, ...more] };
}
