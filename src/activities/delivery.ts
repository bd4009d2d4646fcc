import type { ExperimentClock } from '../clients/clock.js';
import type { MetaClient } from '../clients/meta/types.js';
import type { Store } from '../clients/postgres/types.js';
import type { Observation, Promotion } from '../contract/records.js';
import { silentVariants } from '../domain/decision/delivery-health.js';
import { harmSentence } from '../domain/decision/harm.js';
import { rivalOf } from '../domain/decision/rival.js';
import { bucketsOf, type Experiment, participants, variantOf } from '../domain/experiment.js';
import { earlyHours, METRICS } from '../domain/metric.js';
import { pairRows } from '../domain/pair-rows.js';
import { guardrailsHarmed, type Period } from '../domain/rollout/guardrail-watch.js';
import { HOUR_MS } from '../domain/time.js';
import { type VerificationWindow, verificationWindow } from '../domain/verification/window.js';
import { accountHistory } from './drift-history.js';
import { createObservationActivities } from './observations.js';

/** Name of the daily gate of the verification. */
export const VERIFICATION = 'verification';

/** From a day into its window, or later if events are booked late, the verification's own data shows harm. */
const FIRST_DAY_MS = 24 * HOUR_MS;

/** When the delivery is looked at, and for what. */
interface Looked {
  /** A phase's name, {@link VERIFICATION}, or `held`. */
  phase: string;
  now: number;
  /** When someone last resumed the experiment, epoch ms; null if nobody did. */
  resumedAt: number | null;
}

/** A promotion, or one that is about to be opened. */
export type Candidate = Pick<Promotion, 'winnerVariantId' | 'metrics' | 'phasesDone' | 'forced' | 'openedAt'>;

/** What the ads of a rollout have delivered by now, from fresh data. */
export function createDelivery(deps: { store: Store; meta: MetaClient; clock: ExperimentClock }) {
  const { store, clock } = deps;
  const { ingest } = createObservationActivities(deps);

  /**
   * Data after this instant tests the decision and has not made it: the cut-off of the first look that found this
   * winner. A later look may find it again from the same early data, however badly it has done since. A forced promotion
   * was decided by the data at its opening.
   */
  async function decidedAt(experimentId: string, promotion: Candidate): Promise<number> {
    const { forced, winnerVariantId, openedAt } = promotion;
    const decision = forced ? null : await store.firstDecisionFor(experimentId, winnerVariantId);
    return decision?.dueAt ?? openedAt;
  }

  /** Evidence since the decision that the winner does worse than the rival of its verification. */
  async function harmSince(
    experiment: Experiment,
    promotion: Candidate,
    observations: readonly Observation[],
    { phase, now }: Looked,
  ): Promise<string[]> {
    const { startedAt, policy } = experiment;
    const { winnerVariantId: winner } = promotion;
    const metric = METRICS[policy.objective];
    const booked = earlyHours(metric) * HOUR_MS;
    if (inWindow(experiment, promotion, { phase, now: now - booked })) return [];
    const decided = await decidedAt(experiment.id, promotion);
    const rival = rivalIn(experiment, promotion);
    // A bucket that was open at the decision was not in its data.
    const since = observations.filter((row) => row.bucketEnd > decided);
    const rows = pairRows(metric, since, [rival, winner], { startedAt, until: now - booked });
    const history = await accountHistory(store, policy.objective);
    const sentence = harmSentence(rows, { objective: policy.objective, winner, rival, history });
    return sentence === null ? [] : [`${sentence}.`];
  }

  /**
   * Evidence that the winner harms a guardrail: on all data of the test, which the promotion was not decided by, and once
   * the verification has a day of its own, on that alone too. A forced promotion answers for the data since its opening.
   */
  function guardrailHarm(
    experiment: Experiment,
    promotion: Candidate,
    observations: readonly Observation[],
    { phase, now }: Looked,
  ): string[] {
    const { forced, openedAt, winnerVariantId: winner } = promotion;
    const whole: Period = forced
      ? { since: openedAt, until: now, words: 'since the promotion' }
      : { since: experiment.startedAt, until: now, words: 'since the start of the test' };
    const window = inWindow(experiment, promotion, { phase, now });
    const own: Period[] = window ? [{ ...window, words: 'in the verification' }] : [];
    const rival = rivalIn(experiment, promotion);
    return guardrailsHarmed({ experiment, winner, rival, observations, periods: [whole, ...own], now });
  }

  /** Silence and harm, from the buckets that have closed by now. During the verification, its own look finds harm. */
  return async (experiment: Experiment, promotion: Candidate, looked: Looked) => {
    const { now, resumedAt } = looked;
    await ingest({ experimentId: experiment.id, until: now });
    const { id, startedAt, policy } = experiment;
    const observations = await store.observationsAsKnown({
      experimentId: id,
      since: startedAt,
      granularity: bucketsOf(policy),
      endedBy: now,
      // The data that was pulled just now was seen after the gate's own instant.
      seenUntil: await clock.now(),
    });
    // An experiment that was held or paused may have delivered nothing until someone resumed it.
    const from = Math.max(startedAt, resumedAt ?? 0);
    const silent = silentVariants({
      variantIds: participants(experiment, now).map((variant) => variant.id),
      ads: experiment.variants,
      observations: observations.filter(({ bucketStart }) => bucketStart >= from),
      startedAt: from,
      dueAt: now,
      buckets: bucketsOf(policy),
    }).map((finding) => ({ ...finding, message: `${finding.message}.` }));
    const harm = [
      ...(await harmSince(experiment, promotion, observations, looked)),
      ...guardrailHarm(experiment, promotion, observations, looked),
    ];
    return { silent, harm };
  };
}

function rivalIn(experiment: Experiment, { winnerVariantId, metrics }: Candidate): string {
  return rivalOf(experiment, variantOf(experiment, winnerVariantId), metrics).id;
}

/** The verification's window once it has a day of data, or null. */
function inWindow(
  { policy }: Experiment,
  { phasesDone }: Candidate,
  { phase, now }: Pick<Looked, 'phase' | 'now'>,
): VerificationWindow | null {
  if (phase !== VERIFICATION) return null;
  const window = verificationWindow(policy, phasesDone);
  return now >= window.since + FIRST_DAY_MS ? window : null;
}
