import type { AcceptedDifferences } from './comparability.js';
import { DEFAULT_CONVERSION_EVENT } from './conversion-event.js';
import type { EarlierDelivery } from './earlier-delivery.js';
import { entryOf } from './entry.js';
import type { RuleName } from './evidence/types.js';
import {
  defaultAttributionWindowHours,
  type GuardrailMetric,
  isSameRatio,
  METRICS,
  type Objective,
} from './metric.js';
import type { Hold } from './rollout/hold.js';
import { DEFAULT_MAX_STEP_FACTOR, DEFAULT_PHASES, type Phase } from './rollout/phases.js';
import { reasonSentence, type StateReason } from './state-reason.js';

/** What an experiment is: its variants, its policy, its states. Every instant is epoch milliseconds of experiment time. */

export const EXPERIMENT_STATES = [
  'running',
  'paused',
  'awaiting_approval',
  'rolling_out',
  'held',
  'verifying',
  'completed',
  'reverting',
  'reverted',
  'no_winner',
  'stopped',
  'needs_attention',
] as const;
export type ExperimentState = (typeof EXPERIMENT_STATES)[number];

/** States in which no workflow runs and no ad set is leased. */
export const ENDED_STATES = [
  'completed',
  'reverted',
  'no_winner',
  'stopped',
] as const satisfies ExperimentState[];

/** Whether the experiment's workflow has ended in this state and its ad sets are free for another test. */
export function isEnded(state: ExperimentState): boolean {
  return (ENDED_STATES as readonly ExperimentState[]).includes(state);
}

/** The creative of an ad, as the marketer wrote it. Fields that the marketer left out are null. */
export interface Creative {
  hook: string | null;
  headline: string | null;
  text: string | null;
  script: string | null;
  visualNotes: string | null;
}

/** One ad in its own ad set. */
export interface Variant {
  /** Unique within the experiment, e.g. `control`, `challenger-1`. */
  id: string;
  role: 'control' | 'challenger';
  adId: string;
  adSetId: string;
  creative: Creative;
  /** The draft that became this ad; missing if none did. */
  draftId?: string;
}

/** The range of a policy's minimum impressions per variant. */
export const SAMPLE_SIZES = { least: 100, most: 100_000_000 } as const;

export const BUCKETS = ['hour', 'day'] as const;
/** The length of time that an observation covers. */
export type Bucket = (typeof BUCKETS)[number];

export const STRATA = ['hour', 'segment'] as const;
/** What the objective's rows are. `segment`: cells, i.e. whole local days of the account by segment of the audience. */
export type Strata = (typeof STRATA)[number];

/** Another metric that a promotion must not harm. */
export interface Guardrail {
  metric: GuardrailMetric;
  /** `no_harm` blocks if the winner is shown to be worse; `non_inferiority` blocks unless it is shown not to be worse. */
  mode: 'no_harm' | 'non_inferiority';
  /**
   * The loss that still passes in `non_inferiority`, as a fraction of the rate that the rules weigh. For the cost per
   * conversion that rate is conversions per unit spent.
   */
  margin: number;
}

/** Frozen when the experiment starts. A policy frozen before a field existed lacks it. */
export interface Policy {
  /** The metric that decides the test. */
  objective: Objective;
  /**
   * `sequential`: stratified robust log rate ratio with Lan-DeMets log spending; `anytime`: an e-process without a
   * horizon; `welch`: Welch's test at each look, unadjusted for repeated looks.
   */
  rule: RuleName;
  /** Makes days the clusters of `sequential`, for accounts whose ads drift apart from day to day. */
  strict: boolean;
  /**
   * `day`: whole local days of the account, for accounts that only report days. No new data arrives before the next
   * midnight, so at most one look per day counts. The day on which the test started is left out. Each day is its own
   * cluster, so `strict` adds nothing.
   */
  buckets: Bucket;
  /**
   * `hour`: the buckets; `segment`: cells. Cells don't mistake the segments that Meta chose for an ad for the ad's effect.
   * They are known after midnight, so at most one look per day counts. Missing in older policies: `hour`.
   */
  strata?: Strata;
  /** One of {@link CONFIDENCE_THRESHOLDS}. */
  confidence: number;
  minimumRunHours: number;
  /** Impressions per variant. */
  minimumImpressions: number;
  /** Link clicks per variant. */
  minimumClicks: number;
  /** Conversions per variant, for objectives and guardrails that weigh conversions or their value. */
  minimumConversions: number;
  /**
   * The event that counts as a conversion: a name or one of Meta's action types, see conversion-event.ts. Policies frozen
   * before this field existed count purchases.
   */
  conversionEvent?: string;
  /**
   * Meta books conversions for days after the click. Metrics of conversions leave out buckets that ended less than this
   * long before a look.
   */
  attributionWindowHours: number;
  /** All must pass before a promotion. A guardrail on the objective's own ratio is ignored. */
  guardrails: Guardrail[];
  /**
   * A promotion waits at most this long, from the first look that calls its winner and never past the horizon, until every
   * guardrail is known. What isn't known by then needs a user's approval. Policies frozen before this field existed don't
   * wait: `no_harm` then passes with too little data, and `non_inferiority` blocks without it.
   */
  guardrailWaitHours?: number;
  /** Planned duration. At its end the experiment is decided or has no winner. */
  horizonHours: number;
  checkEveryHours: number;
  /**
   * The smallest relative lift that is worth finding. If the test is unlikely to find it by the horizon, the service
   * advises ending the test. Policies frozen before this field existed give no such advice.
   */
  minimumDetectableEffect?: number;
  /**
   * With more than two ads: a relative lift too small to matter. The leader is promoted without having beaten the
   * challengers that are shown to be better than it by less. 0: it must beat every ad, as under policies frozen before this
   * field existed.
   */
  indifference?: number;
  /**
   * With more than two ads: a challenger that the leader has beaten is dropped, and its budget goes to the others. Missing
   * in policies frozen before this field existed: no.
   */
  dropBeaten?: boolean;
  phases: Phase[];
  /** No step of a rollout multiplies a budget by more than this. */
  maxStepFactor?: number;
  /** A user must approve a promotion before any budget moves. */
  approvalRequired: boolean;
  /** How long a requested approval stays open. */
  approvalHours: number;
  /** A phase that puts more than this at risk is held. Minor units per day; null or missing: no limit. */
  atRiskLimit?: number | null;
  verification: {
    /** Hours after the last write whose data is left out. */
    settleHours: number;
    windowHours: number;
  };
  /**
   * The lift of a completed promotion is measured again this many days of 24 h after its last write, and reported. Null or
   * missing: it is not.
   */
  recheckDays?: number | null;
}

/** A loss of 25 % of the conversions per unit spent is a cost per conversion of +33 %. */
const DEFAULT_MARGIN = 0.25;

/** The guardrails of a policy that names none. */
export function defaultGuardrails(objective: Objective): Guardrail[] {
  // Clicks say nothing about conversions, so there the winner must be shown to be no worse.
  return METRICS[objective].guardedBy.map((metric) =>
    METRICS[objective].attribution
      ? { metric, mode: 'no_harm', margin: 0 }
      : { metric, mode: 'non_inferiority', margin: DEFAULT_MARGIN },
  );
}

/** The guardrails that have an effect: one on the objective's own ratio has none. Older policies may have no list. */
export function watchedGuardrails({
  guardrails,
  objective,
}: Pick<Policy, 'guardrails' | 'objective'>): Guardrail[] {
  return (guardrails ?? []).filter(({ metric }) => !isSameRatio(METRICS[metric], METRICS[objective]));
}

const DEFAULT_OBJECTIVE: Objective = 'click_through_rate';

export const DEFAULT_POLICY: Policy = {
  objective: DEFAULT_OBJECTIVE,
  rule: 'sequential',
  strict: false,
  buckets: 'hour',
  strata: 'hour',
  confidence: 0.95,
  minimumRunHours: 24,
  minimumImpressions: 100,
  minimumClicks: 25,
  minimumConversions: 25,
  conversionEvent: DEFAULT_CONVERSION_EVENT,
  attributionWindowHours: defaultAttributionWindowHours(DEFAULT_OBJECTIVE),
  guardrails: defaultGuardrails(DEFAULT_OBJECTIVE),
  guardrailWaitHours: 7 * 24,
  horizonHours: 28 * 24,
  checkEveryHours: 6,
  minimumDetectableEffect: 0.1,
  indifference: 0.05,
  dropBeaten: false,
  phases: DEFAULT_PHASES,
  maxStepFactor: DEFAULT_MAX_STEP_FACTOR,
  approvalRequired: false,
  approvalHours: 72,
  verification: { settleHours: 24, windowHours: 7 * 24 },
  recheckDays: 28,
};

/** Policies frozen before this field existed use hours. */
export function bucketsOf({ buckets }: Pick<Policy, 'buckets'>): Bucket {
  return buckets ?? DEFAULT_POLICY.buckets;
}

/** Policies frozen before this field existed weigh buckets. */
export function strataOf({ strata }: Pick<Policy, 'strata'>): Strata {
  return strata ?? 'hour';
}

/** Policies frozen before this field existed count purchases. */
export function conversionEventOf({ conversionEvent }: Pick<Policy, 'conversionEvent'>): string {
  return conversionEvent ?? DEFAULT_CONVERSION_EVENT;
}

/** Policies frozen before this field existed have the default limit. */
export function maxStepFactorOf({ maxStepFactor }: Pick<Policy, 'maxStepFactor'>): number {
  return maxStepFactor ?? DEFAULT_MAX_STEP_FACTOR;
}

/** Policies frozen before this field existed have the default window. */
export function attributionWindowHoursOf({
  attributionWindowHours,
}: Pick<Policy, 'attributionWindowHours'>): number {
  return attributionWindowHours ?? DEFAULT_POLICY.attributionWindowHours;
}

/** Hours from a bucket's end until Meta has booked all of the objective's events in it. */
export function bookedAfterHours(policy: Pick<Policy, 'objective' | 'attributionWindowHours'>): number {
  return METRICS[policy.objective].attribution ? attributionWindowHoursOf(policy) : 0;
}

/** The longest planned duration of a test. */
export const LONGEST_HORIZON_DAYS = 90;

/** A longer horizon that a user asked for. */
export interface Extension {
  horizonHours: number;
  /** The horizon before. */
  fromHours: number;
  /** Number of the last look before it; 0: there was none. */
  afterLook: number;
  /** Id of the control. */
  controlId: string;
  by: string;
  reason: string;
  /** Epoch ms. */
  at: number;
}

/** One A/B test, as Postgres keeps it. */
export interface Experiment {
  id: string;
  name: string;
  environment: 'sandbox' | 'live';
  /** `act_…` */
  accountId: string;
  /** ISO 4217 code. Every budget of the experiment is in its minor units, by Meta's offsets. */
  currency: string;
  state: ExperimentState;
  /** Why it is in this state. */
  reason: StateReason;
  /**
   * What holds its rollout, and when the next try is. It is kept while the phase is tried again, until the phase is done or
   * someone acts. Null in any other case.
   */
  hold: Hold | null;
  stateChangedAt: number;
  /** As it was frozen, with the horizon of the last extension. */
  policy: Policy;
  /** Longer horizons, in order; missing if there are none. */
  extensions?: Extension[];
  /** Control first. Two to six. */
  variants: Variant[];
  /** When a user or the rule dropped a variant, by variant id. The variant's ad set remains part of the test. */
  dropped?: Record<string, number>;
  /** How the ad sets differed at the start, if a user accepted the differences. */
  acceptedDifferences?: AcceptedDifferences;
  /** The start of the evidence: the handover, or the start of the earlier delivery that counts. Earlier data doesn't count. */
  startedAt: number;
  /** What the ads delivered before the handover. Tests from before this record existed have none. */
  earlierDelivery?: EarlierDelivery;
  /** Set at promotion. */
  winnerVariantId: string | null;
  /** When phase 1 was read back. */
  promotedAt: number | null;
  endedAt: number | null;
}

/** Why the experiment is in its state, in sentences for marketers. */
export function stateReasonOf({
  reason,
  currency,
  variants,
}: Pick<Experiment, 'reason' | 'currency' | 'variants'>): string {
  return reasonSentence(reason, currency, variants);
}

/** The variant with this id. Throws RangeError if the experiment has none. */
export function variantOf(experiment: Pick<Experiment, 'variants'>, id: string): Variant {
  const found = experiment.variants.find((variant) => variant.id === id);
  if (!found) throw new RangeError(`no variant ${id} in this experiment`);
  return found;
}

/** The variants that are compared at an instant (epoch ms): all that were not dropped by then. */
export function participants(
  { variants, dropped }: Pick<Experiment, 'variants' | 'dropped'>,
  at: number,
): Variant[] {
  return variants.filter(({ id }) => (entryOf(dropped, id) ?? Number.POSITIVE_INFINITY) > at);
}

/** Why a variant can't be dropped, as a sentence, or null. */
export function undroppable(experiment: Experiment, variantId: string, at: number): string | null {
  const compared = participants(experiment, at);
  const variant = compared.find(({ id }) => id === variantId);
  if (!variant) {
    const ids = compared.map(({ id }) => id).join(', ');
    return `${variantId} is not among the variants that are compared: ${ids}.`;
  }
  if (variant.role === 'control')
    return 'The control is what the others are compared with; it cannot be dropped.';
  return compared.length > 2 ? null : 'Two variants are left; stop the test instead.';
}

/** The one control. */
export function controlOf(experiment: { variants: readonly Variant[] }): Variant {
  const found = experiment.variants.find((variant) => variant.role === 'control');
  if (!found) throw new RangeError('this experiment has no control');
  return found;
}
