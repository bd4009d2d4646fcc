/** What workflow, activities, record and API share about insights. */
import type { Claim } from '../domain/insights/claim.js';
import type { PerformanceMetrics } from '../domain/insights/form.js';
import type { ClaudeFailure, InsightReason, InsightStatus } from '../domain/insights/status.js';
import type { DroppedClaim } from '../domain/insights/swap.js';

export interface InsightsInput {
  experimentId: string;
}

/** The signal that there may be an extraction to do. */
export const EXTRACT_SIGNAL = 'extract';

/** With the true labels, or with winner and loser exchanged. */
export const LABELLINGS = ['as_is', 'exchanged'] as const;
export type Labelling = (typeof LABELLINGS)[number];

/** What a question to Claude led to. Plain data: neither the question nor the answer gets into a history. */
export type AskOutcome =
  | { kind: 'answered' }
  /** Claude may answer later. `retryAfterMs`: real ms that it asks for; null if it doesn't say. */
  | { kind: 'wait'; failure: ClaudeFailure; retryAfterMs: number | null }
  | { kind: 'failed'; failure: ClaudeFailure }
  /** The question could exceed what may be spent this month, millionths of a US dollar. */
  | { kind: 'spent'; spent: number; limit: number };

const BY_CLAUDE = 'Claude, test ';

/** Under which Claude's claims about a test are stated as patterns. */
export function claudeOn(experimentId: string): string {
  return BY_CLAUDE + experimentId;
}

/** The test that such a name says; null for the name of a person. */
export function testOfClaude(by: string): string | null {
  return by.startsWith(BY_CLAUDE) ? by.slice(BY_CLAUDE.length) : null;
}

export interface KeptClaim extends Claim {
  /** The pattern that it became; null if it became none. */
  patternId: string | null;
  /** What is known of its attribute so far, as a sentence; null without an attribute. */
  evidence: string | null;
}

/** One extraction. Instants are experiment time, epoch ms. */
export interface Extraction {
  experimentId: string;
  /** 1, 2, 3 … within the experiment. */
  number: number;
  requestedBy: string;
  requestedAt: number;
  status: InsightStatus;
  reason: InsightReason;
  winnerVariantId: string | null;
  loserVariantId: string | null;
  /** Who answered; null without an answer. */
  model: string | null;
  promptVersion: string | null;
  claims: KeptClaim[];
  dropped: DroppedClaim[];
  metrics: PerformanceMetrics | null;
  confidence: number | null;
  /** By variant id, what Claude saw in the picture. */
  visualNotes: Record<string, string>;
  /** Sentences: texts that were cut, pictures that were left out. */
  notes: string[];
  finishedAt: number | null;
}

/** What an extraction ends with. */
export type SettledExtraction = Pick<
  Extraction,
  | 'experimentId'
  | 'number'
  | 'reason'
  | 'winnerVariantId'
  | 'loserVariantId'
  | 'model'
  | 'promptVersion'
  | 'claims'
  | 'dropped'
  | 'metrics'
  | 'confidence'
  | 'visualNotes'
  | 'notes'
> & { status: Exclude<InsightStatus, 'pending'>; finishedAt: number };

/** One question that was sent. Instants are real time, epoch ms; amounts millionths of a US dollar. */
export interface ClaudeCall {
  labels: Labelling;
  attempt: number;
  model: string;
  promptVersion: string;
  sentAt: number;
  reserved: number;
  /** Null while unknown. */
  outcome: 'answered' | ClaudeFailure['code'] | null;
  httpStatus: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  /** Null while unknown: then the reserved amount counts. */
  cost: number | null;
  stopReason: string | null;
  response: string | null;
}
