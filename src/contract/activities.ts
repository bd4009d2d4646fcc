/** What activities answer, as workflows see it: plain data, recorded in histories. */
import type { Budgets } from '../domain/budget.js';
import type { Decision } from '../domain/decision/decision.js';
import type { standingOf } from '../domain/decision/look.js';
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

/** `type` of such a failure begins with this. */
export const META_FAILURE = 'Meta.';

/** `type` of the failure, e.g. `Meta.rate`. */
export function metaFailureType(kind: MetaErrorKind): string {
  return `${META_FAILURE}${kind}`;
}

/** Everything that a run of the experiment workflow starts from. */
export interface ExperimentRecord {
  experiment: Experiment;
  promotion: Promotion | null;
  /** The last look's; null before the first. */
  lastDecision: Decision | null;
  /** When the last daily gate of the verification passed; null before the first. */
  lastVerificationAt: number | null;
}

/** Where the ads stand, without spending any error: what a promotion by force and an approval need. */
export type Standing = ReturnType<typeof standingOf>;

/** Why this variant is promoted, and on what evidence. */
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

/** What a gate says. `done`: nothing stands in the way; `current` are the budgets as they are, empty otherwise. */
export interface GateAnswer {
  outcome: Outcome;
  current: Budgets;
}

/** An ad set whose budget Meta doesn't give, and why. */
export interface Unreadable {
  adSetId: string;
  obstacle: Obstacle;
}

/** The budgets as Meta has them, and whose they are. */
export interface BudgetReading {
  /** Of the ad sets that could be read. */
  current: Budgets;
  base: Budgets;
  unreadable: Unreadable[];
  /** Ad sets whose value was never ours. */
  foreign: string[];
  /** Ad sets that a rollout going forward would not expect at their value. */
  unexpected: string[];
  /** Ad sets that show, off their base, the value of an attempt that nobody had an answer to. */
  late: string[];
  /** Until when the last attempt may still take effect; null where it is known. Experiment time. */
  openUntil: number | null;
  /** The sentence of the account's kill switch; null if it isn't engaged. */
  killSwitch: string | null;
  at: number;
}

/** What the window says by a cut-off: a sentence, and the outcome where there is one. */
export interface VerificationLook {
  message: string;
  outcome: VerificationOutcome | null;
}
