/** What a decision rule takes and gives. Effects are log rate ratios of B over A. */

/** One closed bucket (an hour, or a day) of two ads; counts are non-negative integers. */
export interface PairRow {
  impressionsA: number;
  clicksA: number;
  impressionsB: number;
  clicksB: number;
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
  /** theta / se; 0 where se is 0. */
  t: number;
  /** Information of the look, Σ (xA+xB)·w·(1−w). */
  information: number;
  /** Whether the look counts: spends error and may promote. */
  counts: boolean;
  /** Why it doesn't count, one reason each: `{ code, value, limit }`. Empty when it counts. */
  missing: { code: EvidenceGap; value: number; limit: number }[];
  /** Boundary on the normal scale; null where nothing was spent at this look. */
  bound: number | null;
  /** The bound as a critical value of Student's t with df; null without a bound or beyond all numbers. */
  tCritical: number | null;
  /** Sequential p-value over all looks so far that counted; 1 before the first. */
  p: number;
  /** 1 − p. */
  confidence: number;
  /** Interval of the relative lift of B over A, e.g. [−0.02, 0.31], valid at all looks together. */
  interval: [number, number] | null;
  /** The ad that crossed the bound at this look or an earlier one and leads; null at a look that doesn't count. */
  winner: 'A' | 'B' | null;
}

export type EvidenceGap =
  | 'minimum_hours'
  | 'minimum_clicks_a'
  | 'minimum_clicks_b'
  | 'minimum_impressions_a'
  | 'minimum_impressions_b'
  | 'minimum_rows'
  | 'no_variance'
  | 'information_growth'
  | 'too_soon_after_last_look';

/** Thresholds of a rule, frozen with the policy. */
export interface RuleSettings {
  confidence: number;
  horizonHours: number;
  minimumHours: number;
  minimumClicks: number;
  minimumImpressions: number;
}

/**
 * A decision rule. `State` is what one look leaves for the next; it is stored between looks, so it must
 * survive `encode` and `decode` bit for bit. All functions are pure and deterministic.
 */
export interface Rule<State> {
  readonly name: string;
  /** Changes whenever the same rows could give another answer. */
  readonly version: string;
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
