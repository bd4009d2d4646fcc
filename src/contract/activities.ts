/** What activities answer, as workflows see it: plain data, recorded in histories. */
import type { Budgets } from '../domain/budget.js';
import type { Decision } from '../domain/decision/decision.js';
import type { standingOf } from '../domain/decision/look.js';
import type { Experiment } from '../domain/experiment.js';
import type { VariantMetrics } from '../domain/metric.js';
import type { GateCode } from '../domain/rollout/gate.js';
import type { VerificationOutcome } from '../domain/verification/verification.js';
import type { Promotion } from './records.js';

/** Error classes; each has one treatment (README, "When Meta says no"). */
export type MetaErrorKind =
  | 'rate'
  | 'transient'
  | 'too_large'
  | 'auth'
  | 'permission'
  | 'not_found'
  | 'policy'
  | 'version'
  | 'not_yet'
  | 'invalid';

/** First detail of a failure that Meta caused. Plain data: a raw error may hold the token. */
export interface MetaFailureDetails {
  kind: MetaErrorKind;
  /** Experiment ms to wait, or null. */
  retryAfterMs: number | null;
}

/** `type` of the failure, e.g. `Meta.rate`. */
export function metaFailureType(kind: MetaErrorKind): string {
  return `Meta.${kind}`;
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
  /** See {@link Promotion.interval}; missing in grounds from before it was kept. */
  interval?: [number, number] | null;
  metrics: Record<string, VariantMetrics>;
}

export type OpenOutcome = { kind: 'opened'; promotion: Promotion } | { kind: 'refused'; reasons: string[] };

/** The gate's answer; a run that began before a field was there replays answers without it. */
export interface GateAnswer {
  /** Sentences; empty where the phase may be written. */
  against: string[];
  /** The budgets as they are; empty where something stands against the phase. */
  current: Budgets;
  /** Of the first sentence. */
  code?: GateCode;
  leadsTo?: 'hold' | 'revert';
  /** How long until all of it is over by itself, experiment ms; null: a person ends it. */
  retryAfterMs?: number | null;
}

/** An ad set of which Meta tells no budget, and why. */
export interface Unreadable {
  adSetId: string;
  kind: MetaErrorKind;
  /** Experiment ms to wait by Meta's hint, or null. */
  retryAfterMs: number | null;
  message: string;
}

/** The budgets as Meta has them, and whose they are. */
export interface BudgetReading {
  /** Of the ad sets that could be read. */
  current: Budgets;
  base: Budgets;
  /** The others; missing in readings from before a part could be read. */
  unreadable?: Unreadable[];
  /** Ad sets whose value was never ours. */
  foreign: string[];
  /** Ad sets that a rollout going forward would not expect at their value. */
  unexpected: string[];
  /** Ad sets that show, off their base, the value of an attempt that nobody had an answer to. */
  late: string[];
  /** Until when the last attempt may still take effect; null where it is known. Experiment time. */
  openUntil: number | null;
  /** The sentence of the account's kill switch where it is engaged; missing in readings from before there was one. */
  killSwitch?: string | null;
  at: number;
}

/** What became of one step. Only outcomes that Meta, or a person, decides; faults of ours are thrown. */
export type WriteOutcome =
  /** Read back at the target; `at` is the read-back's instant. */
  | { kind: 'applied'; at: number }
  /** It may have been applied or may still be: wait, then ask again; the next call reads first. */
  | { kind: 'unknown'; waitMs: number }
  /** Not now: credentials, permission, rate, version, policy, below what is spent. */
  | { kind: 'blocked'; cause: MetaErrorKind; retryAfterMs: number | null; reason: string }
  /**
   * Nothing was written: a limit of ours stands against it, or its decision or gate is `too_old`, and it is judged anew.
   * `retryAfterMs` null: a person ends it.
   */
  | { kind: 'held'; code: GateCode | 'too_old'; retryAfterMs: number | null; reason: string }
  /** Meta refused the write itself, for good. */
  | { kind: 'refused'; reason: string }
  /** An ad set holds a value that is not ours: nothing was written. */
  | { kind: 'foreign'; reason: string }
  /** The write would raise the total above the base and above what it is now: nothing was written. */
  | { kind: 'unsafe'; reason: string };

/** What the window says by a cut-off: a sentence, and the outcome where there is one. */
export interface VerificationLook {
  message: string;
  outcome: VerificationOutcome | null;
}
