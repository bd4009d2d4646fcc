import type { Drift, DriftHistory } from '../evidence/drift.js';
import type { Evidence } from '../evidence/types.js';
import type { VariantMetrics } from '../metric.js';
import type { WeighedCells } from '../segments.js';
import type { HealthFinding, LookSetting } from './delivery-health.js';
import type { LiftByAge } from './fatigue.js';
import type { Outlook } from './outlook.js';

/** The history that a look was given, and what it implies before this test's own data. */
export interface AccountDrift extends DriftHistory, Pick<Drift, 'sd' | 'memoryHours'> {}

/** The rule's result for one pair of variants at one look; effects are B over A. */
export interface PairEvidence {
  variantA: string;
  variantB: string;
  evidence: Evidence;
  /** The variant id of the latest winner that the rule has called for this pair, at this look or an earlier one. */
  calledWinner: string | null;
  /**
   * Hours from the start to the first look that called this winner. Unset: none is called, or the policy's guardrails don't
   * wait.
   */
  calledHours?: number;
  /** The lift by week of the test. Set by versions of a rule that allow for drift. */
  byAge?: LiftByAge;
  /** The breakdown whose cells were weighed, and the error that the other one added; unset if buckets were. */
  segments?: Pick<WeighedCells, 'breakdown' | 'otherChange'>;
  /** Welch's test per impression, unadjusted for repeated looks; null if there is too little data. */
  welch: { t: number; df: number; p: number } | null;
}

/** `held`: a user must decide what happens to a variant that hardly delivers. Looks continue. */
export type Verdict = 'insufficient_data' | 'continue_testing' | 'held' | 'no_winner' | 'promote';

/** The verdict at one look. Immutable once stored. */
export interface Decision {
  experimentId: string;
  /** 1, 2, 3 … in the order of the looks. */
  lookNumber: number;
  /** The look's cut-off: it used buckets that had closed by this instant. */
  dueAt: number;
  /** It used versions of observations that were seen up to this instant. */
  seenUntil: number;
  decidedAt: number;
  rule: string;
  ruleVersion: string;
  verdict: Verdict;
  /** The variant to promote; null unless the verdict is `promote`. */
  winnerVariantId: string | null;
  /** The variant ahead of every other in the point estimates; null if none is. */
  leaderVariantId: string | null;
  /** Confidence of the leader against its closest rival; 0 if nothing is known. */
  confidence: number;
  pairs: PairEvidence[];
  /** By variant id. */
  metrics: Record<string, VariantMetrics>;
  /** Sentences, each with its number, operator and limit. */
  reasons: string[];
  /** Findings on delivery and guardrails. */
  health: HealthFinding[];
  /** How long the test may still take; null if that is unknown or there is nothing left to wait for. */
  outlook: Outlook | null;
  /** What Meta reported about the ad sets at the look; null in decisions from before the service asked for it. */
  setting: LookSetting | null;
  /** How far the account's ads drift apart, by its other tests; null if the rule doesn't allow for drift. */
  accountDrift: AccountDrift | null;
  /** SHA-256, hex, of the rule's input: the rows, the policy and the state. */
  inputHash: string;
  askedBy: string;
}
