/** What activities return to workflows: plain data, recorded in histories. */
import type { Budgets } from '../domain/budget.js';
import type { Decision } from '../domain/decision/decision.js';
import type { standingOf } from '../domain/decision/standing.js';
import type { Experiment } from '../domain/experiment.js';
import type { VariantMetrics } from '../domain/metric.js';
import type { MetaErrorKind, Obstacle, Outcome } from '../domain/rollout/obstacle.js';
import type { VerificationOutcome } from '../domain/verification/verification.js';
import type { Promotion } from './records.js';

/** First detail of a failure that Meta caused. Plain data: a raw error may hold the token. */
export interface MetaFailureDetails {
  kind: MetaErrorKind;
  /** Experiment ms to wait, or null. */
  retryAfterMs: number | null;
}

/** The `type` of a failure that Meta caused begins with this. */
export const META_FAILURE = 'Meta.';

/** The `type` of a failure, e.g. `Meta.rate`. */
export function metaFailureType(kind: MetaErrorKind): string {
  return `${META_FAILURE}${kind}`;
}

/** Everything that a run of the experiment workflow starts from. */
export interface ExperimentRecord {
  experiment: Experiment;
  promotion: Promotion | null;
  /** The decision of the last look; null before the first. */
  lastDecision: Decision | null;
  /** When the last daily gate of the verification passed; null before the first. */
  lastVerificationAt: number | null;
}

/** How the variants compare, for a promotion by force and for an approval. Computing it spends no error probability. */
export type Standing = ReturnType<typeof standingOf>;

/** Why a variant is promoted, and on what evidence. */
export interface PromotionGrounds {
  winnerVariantId: string;
  lookNumber: number;
  forced: boolean;
  by: string;
  reason: string;
  confidence: number;
  theta: number;
  se: number;
  /** See {@link Promotion.interval}. */
  interval: [number, number] | null;
  metrics: Record<string, VariantMetrics>;
}

export type OpenOutcome = { kind: 'opened'; promotion: Promotion } | { kind: 'refused'; reasons: string[] };

/** `nothing`: the ad set of the variant has no budget to move. `frozen`: no phase may begin now; `reason`: a sentence. */
export type DropOutcome = OpenOutcome | { kind: 'nothing' } | { kind: 'frozen'; reason: string };

/** The result of a gate. If the outcome is `done`, `current` has the budgets as they are; otherwise it is empty. */
export interface GateAnswer {
  outcome: Outcome;
  current: Budgets;
}

/** An ad set whose budget could not be read, and why. */
export interface Unreadable {
  adSetId: string;
  obstacle: Obstacle;
}

/** The budgets as Meta has them, and who set them. */
export interface BudgetReading {
  /** Of the ad sets that could be read. */
  current: Budgets;
  base: Budgets;
  unreadable: Unreadable[];
  /** Ad sets whose budget is neither the base nor a value that we wrote. */
  foreign: string[];
  /** Ad sets whose budget differs from what a rollout that goes forward expects. */
  unexpected: string[];
  /** Ad sets that are off their base and have the value of an attempt whose outcome is unknown. */
  late: string[];
  /** Until when the last attempt may still take effect, experiment time; null if its outcome is known. */
  openUntil: number | null;
  /** The sentence of the account's kill switch; null if it isn't engaged. */
  killSwitch: string | null;
  /** The sentence of the account's freeze; null if there is none. Missing in readings of older runs. */
  freeze?: string | null;
  at: number;
}

/** What the verification found up to a cut-off: a sentence, and the outcome if there is one. */
export interface VerificationLook {
  message: string;
  outcome: VerificationOutcome | null;
}
