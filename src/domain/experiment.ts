import type { AcceptedDifferences } from './comparability.js';
import { entryOf } from './entry.js';
import type { RuleName } from './evidence/types.js';
import type { GuardrailMetric, Objective } from './metric.js';
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

/** One ad in an ad set of its own. */
export interface Variant {
  /** Unique within the experiment, e.g. `control`, `challenger-1`. */
  id: string;
  role: 'control' | 'challenger';
  adId: string;
  adSetId: string;
  creative: Creative;
}

/** What a policy may ask for, impressions a variant. */
export const SAMPLE_SIZES = { least: 100, most: 100_000_000 } as const;

export const BUCKETS = ['hour', 'day'] as const;
/** What observations are counted in. */
export type Bucket = (typeof BUCKETS)[number];

/** Another metric that a promotion must not hurt. */
export interface Guardrail {
  metric: GuardrailMetric;
  /** `no_harm`: blocks only on evidence that the winner is worse; `non_inferiority`: unless it is shown not to be. */
  mode: 'no_harm' | 'non_inferiority';
  /** How much worse still passes in `non_inferiority`, a fraction of the rate (of conversions a unit spent, for the cost of one). */
  margin: number;
}

/** Frozen when the experiment starts. Those frozen before a field was there lack it. */
export interface Policy {
  /**
   * `click_through_rate`: link clicks an impression; `conversion_rate`: conversions a link click;
   * `cost_per_conversion`: conversions a unit spent.
   */
  objective: Objective;
  /**
   * `sequential`: stratified robust log rate ratio with Lan-DeMets log spending; `anytime`: an e-process, without a
   * horizon; `welch`: the known fixed rule, unadjusted for repeated looks.
   */
  rule: RuleName;
  /** Days are the clusters of `sequential`: for accounts whose ads wander against each other from day to day. */
  strict: boolean;
  /**
   * `day`: whole local days of the account, for those of which only days are known. Nothing is new to a look before the
   * next midnight, so more looks a day than one don't count; the day that the start breaks stays out. Such rows are
   * their own clusters: `strict` adds nothing to them.
   */
  buckets: Bucket;
  /** One of {@link CONFIDENCE_THRESHOLDS}. */
  confidence: number;
  minimumRunHours: number;
  /** Impressions a variant. */
  minimumImpressions: number;
  /** Link clicks a variant. */
  minimumClicks: number;
  /** Conversions a variant, where these are what is weighed: in conversion objectives and in guardrails. */
  minimumConversions: number;
  /** Buckets that ended later than this before a look stay out where conversions are weighed: Meta books them for days after the click. */
  attributionWindowHours: number;
  /** All must pass before a promotion. */
  guardrails: Guardrail[];
  /** Planned duration: at its end the experiment is decided or has no winner. */
  horizonHours: number;
  checkEveryHours: number;
  /**
   * The smallest lift, relative, that is worth finding: once its chance of being found by the horizon is small, ending
   * the test is advised. Policies frozen before it was there give no such advice.
   */
  minimumDetectableEffect?: number;
  phases: Phase[];
  /** No step of a rollout makes a budget more than so many times as large. */
  maxStepFactor?: number;
  /** A person must approve a promotion before any budget moves. */
  approvalRequired: boolean;
  /** How long an approval that was asked for stands. */
  approvalHours: number;
  /** Holds a phase that puts more than this at risk, minor units a day; null or missing: no limit. */
  atRiskLimit?: number | null;
  verification: {
    /** Data younger than this after the last write stays out. */
    settleHours: number;
    windowHours: number;
  };
}

/**
 * Meta books a conversion up to 7 days after the click (its default setting): before that a conversion rate is not
 * known. Guardrails want evidence of harm early, and both ads lose late conversions alike: a day does for them.
 */
export const ATTRIBUTION_WINDOW_HOURS: Record<Objective, number> = {
  click_through_rate: 24,
  conversion_rate: 7 * 24,
  cost_per_conversion: 7 * 24,
};

export const DEFAULT_POLICY: Policy = {
  objective: 'click_through_rate',
  rule: 'sequential',
  strict: false,
  buckets: 'hour',
  confidence: 0.95,
  minimumRunHours: 24,
  minimumImpressions: 100,
  minimumClicks: 25,
  minimumConversions: 25,
  attributionWindowHours: ATTRIBUTION_WINDOW_HOURS.click_through_rate,
  guardrails: [{ metric: 'cost_per_conversion', mode: 'no_harm', margin: 0 }],
  horizonHours: 28 * 24,
  checkEveryHours: 6,
  minimumDetectableEffect: 0.1,
  phases: DEFAULT_PHASES,
  maxStepFactor: DEFAULT_MAX_STEP_FACTOR,
  approvalRequired: false,
  approvalHours: 72,
  verification: { settleHours: 24, windowHours: 7 * 24 },
};

/** Policies frozen before there was a choice have none. */
export function bucketsOf({ buckets }: Pick<Policy, 'buckets'>): Bucket {
  return buckets ?? DEFAULT_POLICY.buckets;
}

/** Policies frozen before it was there are held to the default. */
export function maxStepFactorOf({ maxStepFactor }: Pick<Policy, 'maxStepFactor'>): number {
  return maxStepFactor ?? DEFAULT_MAX_STEP_FACTOR;
}

/** One A/B test, as Postgres keeps it. */
export interface Experiment {
  id: string;
  name: string;
  environment: 'sandbox' | 'live';
  /** `act_…` */
  accountId: string;
  /** ISO 4217 code; every budget of the experiment is in minor units of it, by Meta's offsets. */
  currency: string;
  state: ExperimentState;
  /** Why it is in this state. */
  reason: StateReason;
  /** What holds its rollout, and when it is tried again; null in any other case. */
  hold: Hold | null;
  stateChangedAt: number;
  policy: Policy;
  /** Control first. Two to six. */
  variants: Variant[];
  /** When a person took a variant out of the comparison, by its id; its ad set stays a part of the test. */
  dropped?: Record<string, number>;
  /** In what the ad sets differed at the start, where a person accepted that. */
  acceptedDifferences?: AcceptedDifferences;
  /** The start of the test: only data from here on counts. */
  startedAt: number;
  /** Set at promotion. */
  winnerVariantId: string | null;
  /** The read-back of phase 1. */
  promotedAt: number | null;
  endedAt: number | null;
}

/** Why it is in its state, in sentences that a marketer reads. */
export function stateReasonOf({ reason, currency }: Pick<Experiment, 'reason' | 'currency'>): string {
  return reasonSentence(reason, currency);
}

/** The variant of this id. Throws RangeError when the experiment has none. */
export function variantOf(experiment: Pick<Experiment, 'variants'>, id: string): Variant {
  const found = experiment.variants.find((variant) => variant.id === id);
  if (!found) throw new RangeError(`no variant ${id} in this experiment`);
  return found;
}

/** The variants that are compared at an instant, epoch ms: all but those dropped by then. */
export function participants(
  { variants, dropped }: Pick<Experiment, 'variants' | 'dropped'>,
  at: number,
): Variant[] {
  return variants.filter(({ id }) => (entryOf(dropped, id) ?? Number.POSITIVE_INFINITY) > at);
}

/** Why a variant can't be dropped, in a sentence, or null. */
export function undroppable(experiment: Experiment, variantId: string, at: number): string | null {
  const compared = participants(experiment, at);
  const variant = compared.find(({ id }) => id === variantId);
  if (!variant) {
    const ids = compared.map(({ id }) => id).join(', ');
    return `${variantId} is not among the variants that are compared: ${ids}.`;
  }
  if (variant.role === 'control')
    return 'The control is what the others are set against; it can not be dropped.';
  return compared.length > 2 ? null : 'Two variants are left; stop the test instead.';
}

/** The one control. */
export function controlOf(experiment: Pick<Experiment, 'variants'>): Variant {
  const found = experiment.variants.find((variant) => variant.role === 'control');
  if (!found) throw new RangeError('this experiment has no control');
  return found;
}
