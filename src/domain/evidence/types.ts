/** The input and output of decision rules. Effects are log rate ratios of B over A. */

import type { Burst } from './bursts.js';
import type { Drift, DriftHistory } from './drift.js';
import type { PairRow } from './pair-row.js';
import type { RateRatio } from './rate-ratio.js';

export type { PairRow } from './pair-row.js';

export const RULE_NAMES = ['sequential', 'anytime', 'welch'] as const;
export type RuleName = (typeof RULE_NAMES)[number];

export function isRuleName(name: unknown): name is RuleName {
  return RULE_NAMES.some((known) => known === name);
}

/** What the statistics say at one look. */
export interface Evidence {
  /** Hours of experiment time since the start. */
  hours: number;
  /** Log rate ratio of B over A; 0 if it can't be estimated. */
  theta: number;
  /** Its standard error; 0 if it can't be estimated. From version 3 of `sequential` on, the ads' drift is part of it. */
  se: number;
  df: number;
  /** theta / se, in `welch` the test's own statistic; 0 if se is 0. */
  t: number;
  /** Information of the look: Σ (xA+xB)·w·(1−w), or ΣW if the numerator is an amount. */
  information: number;
  /** Whether the look counts: spends error and may promote. */
  counts: boolean;
  /** The reasons why it doesn't count; empty if it counts. */
  missing: { code: EvidenceGap; value: number; limit: number }[];
  /** Boundary on the normal scale; null if the rule has none or spent nothing at this look. */
  bound: number | null;
  /** The bound as a critical value of Student's t with df; null if there is no bound or it is infinite. */
  tCritical: number | null;
  /** Over all looks so far that counted, 1 before the first; for this look alone if it is unadjusted. */
  p: number;
  /**
   * The p of this look alone, adjusted for all looks if the rule is: the smallest α at which this look crosses. Unset at a
   * look that doesn't count and in the versions of a rule that didn't record it. `p` is the smallest of these so far.
   */
  pNow?: number;
  /** 1 − p. */
  confidence: number;
  /** Interval of the relative lift of B over A, e.g. [−0.02, 0.31]; valid at all looks together if adjusted. */
  interval: [number, number] | null;
  /** The ad that leads and crossed the bound at this look or an earlier one; null at a look that doesn't count. */
  winner: 'A' | 'B' | null;
  /** Whether p, confidence, interval and winner are valid under repeated looks. If not, say {@link UNADJUSTED}. */
  adjusted: boolean;
  /** ln E of this look, if the rule is an e-process. */
  logE?: number;
  /** How far the ads drift apart, and the buckets' own part of `se`, which may also have a part of neither. Set by rules that allow for drift. */
  drift?: Drift & { bucketSe: number };
  /** Buckets whose events were replaced. Set by rules that look for them. */
  bursts?: Burst[];
}

/** Shown with every figure that ignores the number of looks. */
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

/** The thresholds for which the rules' error rates were confirmed. Others are refused. */
export const CONFIDENCE_THRESHOLDS = [0.9, 0.95, 0.99] as const;

/** Thresholds of a rule, frozen with the policy. */
export interface RuleSettings {
  /** 0.90, 0.95 or 0.99. */
  confidence: number;
  /** Planned duration. A rule without a horizon ignores it. */
  horizonHours: number;
  minimumHours: number;
  /** Events per ad: their number, even if the numerator is an amount. */
  minimumClicks: number;
  /** Exposure per ad. */
  minimumImpressions: number;
  /** Days are the clusters of the default rule's standard error, at least 3 of them. Unset: false. */
  strict?: boolean;
  /** Variance of θ̂ that the rows themselves don't show, of this look; `sequential` adds it. Unset: 0. */
  otherVariance?: number;
  /** The source of a look's information: `events` if these are counts (the default), otherwise `exposure`. */
  information?: 'events' | 'exposure';
}

/**
 * A decision rule. `State` passes from one look to the next. It is stored between looks, so it must survive `encode`
 * and `decode` bit for bit. All functions are pure and deterministic. `history`: the drift in the account's other tests;
 * none by default.
 */
export interface Rule<State> {
  readonly name: string;
  /** Changes whenever the same rows could give another result. */
  readonly version: string;
  /** Whether its figures are valid under repeated looks; see {@link UNADJUSTED}. */
  readonly adjusted: boolean;
  /** RangeError for settings under which the rule can't keep its error rate. */
  start(settings: RuleSettings): State;
  look(
    settings: RuleSettings,
    state: State,
    rows: readonly PairRow[],
    hours: number,
    history?: DriftHistory,
  ): { evidence: Evidence; state: State };
  /** The estimate that a look at these rows weighs, without a look. */
  estimate(settings: RuleSettings, rows: readonly PairRow[], history?: DriftHistory): RateRatio;
  /** Whether the account's other tests matter to a look. */
  usesHistory(settings: RuleSettings): boolean;
  encode(state: State): Uint8Array;
  decode(bytes: Uint8Array): State;
}
