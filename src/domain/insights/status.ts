/** How far the extraction of a test's insights is, as data. */
import type { Experiment } from '../experiment.js';

/** `offline`: from the attributes that differ, without Claude. `failed`: there is nothing to compare, or a fault of the service. */
export const INSIGHT_STATUSES = ['pending', 'extracted', 'offline', 'failed', 'not_applicable'] as const;
export type InsightStatus = (typeof INSIGHT_STATUSES)[number];

/** Why Claude gave no answer that can be used. The first five may pass by themselves; the others stay. */
export const RETRYABLE_FAILURES = [
  'rate_limited',
  'overloaded',
  'server_error',
  'no_connection',
  'timed_out',
] as const;
export const PERMANENT_FAILURES = [
  'bad_request',
  'key_refused',
  'payment_required',
  'not_permitted',
  'unknown_model',
  'too_large',
  'refused',
  'truncated',
  'invalid_json',
  'schema_violation',
  'empty_answer',
] as const;
export const CLAUDE_FAILURES = [...RETRYABLE_FAILURES, ...PERMANENT_FAILURES] as const;
export type ClaudeFailureCode = (typeof CLAUDE_FAILURES)[number];

export function isRetryable(code: ClaudeFailureCode): boolean {
  return (RETRYABLE_FAILURES as readonly ClaudeFailureCode[]).includes(code);
}

/** `status`: of the HTTP answer; null without one. */
export interface ClaudeFailure {
  code: ClaudeFailureCode;
  status: number | null;
}

/** Why an extraction has its status: `insights/sentences.ts` says it in words. Amounts are millionths of a US dollar. */
export type InsightReason =
  | { code: 'queued' }
  | { code: 'waiting'; failure: ClaudeFailure; tries: number }
  /** `droppedNotes`: pictures of which the two answers say different things; unset if none. */
  | { code: 'extracted'; kept: number; dropped: number; droppedNotes?: number }
  | { code: 'no_key' }
  | { code: 'no_budget' }
  | { code: 'budget_spent'; spent: number; limit: number }
  | { code: 'claude_failed'; failure: ClaudeFailure }
  | { code: 'gave_up'; failure: ClaudeFailure; tries: number }
  | { code: 'nothing_to_compare' }
  | { code: 'fault' }
  | { code: 'no_winner' | 'reverted' | 'stopped' | 'ended_before' };

/** Why Claude was not asked, or not with success. */
export type OfflineReason = Extract<
  InsightReason,
  { code: 'no_key' | 'no_budget' | 'budget_spent' | 'claude_failed' | 'gave_up' }
>;

/** The winner that stands at the end of a test, or why none does. */
export type Outcome =
  | { kind: 'won'; winnerVariantId: string }
  | { kind: 'not_won'; code: 'no_winner' | 'reverted' | 'stopped' };

/**
 * Null while the test runs. A test that a user stopped has a winner only if it was promoted and its budgets stay as the rollout
 * set them.
 */
export function outcomeOf({
  state,
  reason,
  winnerVariantId,
  promotedAt,
}: Pick<Experiment, 'state' | 'reason' | 'winnerVariantId' | 'promotedAt'>): Outcome | null {
  const won = winnerVariantId !== null;
  switch (state) {
    case 'completed':
      return won ? { kind: 'won', winnerVariantId } : { kind: 'not_won', code: 'no_winner' };
    case 'stopped':
      return won && promotedAt !== null && reason.code === 'kept'
        ? { kind: 'won', winnerVariantId }
        : { kind: 'not_won', code: 'stopped' };
    case 'no_winner':
    case 'reverted':
      return { kind: 'not_won', code: state };
    default:
      return null;
  }
}
