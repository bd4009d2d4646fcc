import { createHash } from 'node:crypto';
import type { ExperimentClock } from '../clients/clock.js';
import { readSetting, type SettingReader } from '../clients/meta/look-setting.js';
import type { Store } from '../clients/postgres/types.js';
import type { Standing } from '../contract/activities.js';
import type { Announce } from '../contract/events.js';
import type { Observation, SegmentObservation } from '../contract/records.js';
import type { Decision } from '../domain/decision/decision.js';
import type { LookSetting } from '../domain/decision/delivery-health.js';
import { takeLook } from '../domain/decision/look.js';
import { ruleSettings } from '../domain/decision/rule-settings.js';
import { standingOf } from '../domain/decision/standing.js';
import type { DriftHistory } from '../domain/evidence/drift.js';
import { bucketsOf, type Experiment, participants, strataOf } from '../domain/experiment.js';
import { deliveryMessage } from '../domain/messages/rollout-messages.js';
import { historyOfLook } from './drift-history.js';
import { callingMeta, permanent } from './failures.js';
import { NO_OUTBOX, type Outbox } from './outbox.js';
import { createSegmentReading, type SegmentReader } from './segments.js';

/** Statistics run in activities, so that Temporal records the figures and a later formula can't break a replay. */
export function createLookActivities(deps: {
  store: Store;
  meta: SettingReader & SegmentReader;
  clock: ExperimentClock;
  announce: Announce;
  /** Unset: there is no hook. */
  outbox?: Outbox;
}) {
  const { store, meta, clock, announce, outbox = NO_OUTBOX } = deps;
  const readSegments = createSegmentReading(deps);

  async function load(experimentId: string): Promise<Experiment> {
    const experiment = await store.getExperiment(experimentId);
    if (!experiment) throw permanent('UnknownExperiment', `no experiment ${experimentId}`);
    return experiment;
  }

  async function observe(experiment: Experiment, dueAt: number) {
    const seenUntil = await clock.now();
    return { ...(await dataOf(store, experiment, dueAt, seenUntil)), seenUntil };
  }

  return {
    /** Decides one look. A second call with the same number returns the stored decision and spends no error. */
    async look(request: {
      experimentId: string;
      lookNumber: number;
      dueAt: number;
      askedBy: string;
    }): Promise<Decision> {
      const stored = await store.getDecision(request.experimentId, request.lookNumber);
      if (stored) return stored;
      const experiment = await load(request.experimentId);
      const before = request.lookNumber - 1;
      const previous = await store.getDecision(experiment.id, before);
      const states = before === 0 ? {} : await store.ruleStates(experiment.id, before);
      if (states === null) {
        throw permanent(
          'LookOutOfOrder',
          `look ${request.lookNumber} of ${experiment.id}: look ${before} is not kept`,
        );
      }
      const compared = participants(experiment, request.dueAt);
      const setting = await callingMeta(() => readSetting(meta, compared, request.dueAt));
      await readSegments(experiment, request.dueAt);
      const { observations, segments, seenUntil } = await observe(experiment, request.dueAt);
      // A test keeps the version of its first look, so that all its looks spend one error.
      const ruleVersion = previous?.ruleVersion;
      const history = await historyOfLook(store, experiment, ruleVersion);
      const { lookNumber, dueAt, askedBy } = request;
      const input = {
        experiment,
        lookNumber,
        dueAt,
        observations,
        segments,
        previous: previous?.pairs ?? null,
        states,
        setting,
        ruleVersion,
        history,
      };
      const { hours, states: after, ...result } = takeLook(input);
      const decidedAt = await clock.now();
      const message = deliveryMessage(experiment, result.health, previous?.health ?? [], decidedAt);
      const decision = await store.saveDecision(
        {
          ...result,
          experimentId: experiment.id,
          lookNumber,
          dueAt,
          seenUntil,
          decidedAt,
          inputHash: hashOf(experiment, dueAt, { observations, segments }, states, setting, history),
          askedBy,
        },
        after,
        outbox.entryOf(message),
      );
      if (message) await outbox.wake(message.kind);
      announce({
        at: decision.decidedAt,
        kind: 'decision',
        experimentId: experiment.id,
        text: `look ${decision.lookNumber} at ${Math.round(hours)} h: ${decision.verdict}. ${decision.reasons.join(' ')}`,
      });
      return decision;
    },

    /** Point estimates as of `dueAt`: no look, nothing stored. */
    async standing(request: { experimentId: string; dueAt: number }): Promise<Standing> {
      const experiment = await load(request.experimentId);
      const { observations, segments } = await observe(experiment, request.dueAt);
      const ruleVersion = (await store.latestDecision(experiment.id))?.ruleVersion;
      const history = await historyOfLook(store, experiment, ruleVersion);
      return standingOf({
        experiment,
        observations,
        segments,
        dueAt: request.dueAt,
        ruleVersion,
        history,
      });
    },
  };
}

export type LookActivities = ReturnType<typeof createLookActivities>;

/** What a look weighs. */
export interface LookData {
  observations: Observation[];
  segments: SegmentObservation[];
}

/** The versions known at `seenUntil` of the whole buckets, and of the days by segment, between the start and `dueAt`. */
export async function dataOf(
  store: Pick<Store, 'observationsAsKnown' | 'segmentsAsKnown'>,
  { id, policy, startedAt }: Experiment,
  dueAt: number,
  seenUntil: number,
): Promise<LookData> {
  const query = { experimentId: id, since: startedAt, endedBy: dueAt, seenUntil };
  const observations = await store.observationsAsKnown({ ...query, granularity: bucketsOf(policy) });
  return { observations, segments: await store.segmentsAsKnown(query) };
}

/** Which inputs a hash has: all of them, or those of the releases before a test could count days. */
export const HASH_FORMS = ['present', 'before_days'] as const;
type HashForm = (typeof HASH_FORMS)[number];

/** SHA-256, hex, of all inputs of a look. */
export function hashOf(
  experiment: Experiment,
  dueAt: number,
  { observations, segments }: LookData,
  states: Record<string, Uint8Array>,
  setting: LookSetting | null = null,
  history: DriftHistory | undefined = undefined,
  form: HashForm = 'present',
): string {
  const { policy, startedAt } = experiment;
  const {
    objective,
    attributionWindowHours,
    guardrails,
    buckets,
    minimumDetectableEffect,
    guardrailWaitHours,
  } = policy;
  // Sorted, because Postgres keeps an object's keys in its own order.
  const asked = setting && [
    setting.randomised,
    ...Object.entries(setting.dailyBudgets).sort(),
    ...(setting.differences ?? []).map(({ variantId, field, message }) => [variantId, field, message]),
    ...(setting.sharingCampaigns ?? []).map((id) => ['budget_sharing', id]),
    ...Object.entries(setting.optimizationGoals ?? {})
      .sort()
      .map(([id, goal]) => ['optimization_goal', id, goal]),
  ];
  const rails = guardrails?.map(({ metric, mode, margin }) => [metric, mode, margin]);
  // Spread, so that hashes under policies frozen before these fields existed stay as they were.
  const advised = minimumDetectableEffect === undefined ? [] : [minimumDetectableEffect];
  const waited = guardrailWaitHours === undefined ? [] : [['guardrail_wait', guardrailWaitHours]];
  const counted = form === 'present' ? [buckets] : [];
  const judged = [objective, attributionWindowHours, rails, asked, ...counted, ...advised, ...waited];
  const seen = form === 'present' ? observations : observations.map(({ bucketEnd: _, ...row }) => row);
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify({ settings: ruleSettings(policy), startedAt, dueAt, observations: seen, judged }),
  );
  if (strataOf(policy) === 'segment') hash.update('segment');
  if (segments.length > 0) hash.update(JSON.stringify(segments));
  if (history) hash.update(JSON.stringify([history.tests, history.logLikelihood]));
  for (const key of Object.keys(states).sort()) hash.update(key).update(states[key]!);
  return hash.digest('hex');
}
