/** What a decision rule takes and gives. Effects are log rate ratios of B over A. */

export const RULE_NAMES = ['sequential', 'anytime', 'welch'] as const;
export type RuleName = (typeof RULE_NAMES)[number];

export function isRuleName(name: unknown): name is RuleName {
  return RULE_NAMES.some((known) => known === name);
}

/**
 * One closed bucket (an hour, or a day) of two ads: what each was exposed to and what came of it, non-negative.
 * Impressions and link clicks for the click-through rate; clicks and conversions, or spend and conversions, for others.
 */
export interface PairRow {
  exposureA: number;
  eventsA: number;
  exposureB: number;
  eventsB: number;
  /** Days from the start to that of the bucket, 1/24 an hour; needed where days are the clusters, and there alone. */
  day?: number;
}

/** What the statistics say at one look. */
export interface Evidence {
  /** Hours of experiment time since the start. */
  hours: number;
  /** Log rate ratio of B over A; 0 where nothing can be estimated. */
  theta: number;
  /** Its standard error; 0 where it can't be estimated. */
  se: number;
  df: number;
  /** theta / se, in `welch` the test's own statistic; 0 where se is 0. */
  t: number;
  /** Information of the look, Σ (xA+xB)·w·(1−w); ΣW where the numerator is no count. */
  information: number;
  /** Whether the look counts: spends error and may promote. */
  counts: boolean;
  /** Why it doesn't count, one reason each: `{ code, value, limit }`. Empty when it counts. */
  missing: { code: EvidenceGap; value: number; limit: number }[];
  /** Boundary on the normal scale; null where the rule has none, or spent nothing at this look. */
  bound: number | null;
  /** The bound as a critical value of Student's t with df; null without a bound or beyond all numbers. */
  tCritical: number | null;
  /** Over all looks so far that counted, 1 before the first; of this look alone where it is unadjusted. */
  p: number;
  /** 1 − p. */
  confidence: number;
  /** Interval of the relative lift of B over A, e.g. [−0.02, 0.31]; valid at all looks together where adjusted. */
  interval: [number, number] | null;
  /** The ad that crossed the bound at this look or an earlier one and leads; null at a look that doesn't count. */
  winner: 'A' | 'B' | null;
  /** Whether p, confidence, interval and winner stay true under repeated looks. False: say {@link UNADJUSTED}. */
  adjusted: boolean;
  /** ln E of this look, where the rule weighs by an e-process. */
  logE?: number;
}

/** Stands wherever figures stand that ignore how often one has looked. */
export const UNADJUSTED = 'unadjusted for repeated looks';

export type EvidenceGap =
  | 'minimum_hours'
  | 'minimum_clicks_a'
  | 'minimum_clicks_b'
  | 'minimum_impressions_a'
  | 'minimum_impressions_b'
  | 'minimum_rows'
  | 'minimum_days'
  | 'no_variance'
  | 'information_growth'
  | 'too_soon_after_last_look';

/** Thresholds that the rules' error rates were confirmed for; others are refused. */
export const CONFIDENCE_THRESHOLDS = [0.9, 0.95, 0.99] as const;

/** Thresholds of a rule, frozen with the policy. */
export interface RuleSettings {
  /** 0.90, 0.95 or 0.99. */
  confidence: number;
  /** Planned duration; a rule without a horizon ignores it. */
  horizonHours: number;
  minimumHours: number;
  /** Events an ad. */
  minimumClicks: number;
  /** Exposure an ad. */
  minimumImpressions: number;
  /** Days are the clusters of the default rule's standard error, at least 3 of them; false where absent. */
  strict?: boolean;
  /** What a look's information is made of: `events` where these are counts (the default), else `exposure`. */
  information?: 'events' | 'exposure';
}

/**
 * A decision rule. `State` is what one look leaves for the next; it is stored between looks, so it must
 * survive `encode` and `decode` bit for bit. All functions are pure and deterministic.
 */
export interface Rule<State> {
  readonly name: string;
  /** Changes whenever the same rows could give another answer. */
  readonly version: string;
  /** Whether its figures stay true under repeated looks; see {@link UNADJUSTED}. */
  readonly adjusted: boolean;
  /** RangeError for settings that the rule can't keep its promise with. */
  start(settings: RuleSettings): State;
  look(
    settings: RuleSettings,
    state: State,
    rows: readonly PairRow[],
    hours: number,
  ): { evidence: Evidence; state: State };
  encode(state: State): Uint8Array;
  decode(bytes: Uint8Array): State;
}
