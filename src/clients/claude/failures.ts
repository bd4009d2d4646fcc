import { APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk';
import type { ClaudeFailure, ClaudeFailureCode } from '../../domain/insights/status.js';

/** By status of the HTTP answer. Others below 500 are `bad_request`. */
const CODES: Readonly<Record<number, ClaudeFailureCode>> = {
  401: 'key_refused',
  402: 'payment_required',
  403: 'not_permitted',
  404: 'unknown_model',
  408: 'timed_out',
  409: 'server_error',
  413: 'too_large',
  429: 'rate_limited',
  529: 'overloaded',
};

const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;

export interface ClassifiedError {
  failure: ClaudeFailure;
  /** Real ms that Claude asks to wait; null if it doesn't say. */
  retryAfterMs: number | null;
  /** Whether nothing was charged for certain: Claude answered with an error, or was never reached. */
  isFree: boolean;
}

/**
 * What an error of the SDK means; `isLate`: the time for the answer was over. Texts of errors are not used: one may repeat the
 * question.
 */
export function classify(error: unknown, isLate: boolean): ClassifiedError {
  if (error instanceof APIError && error.status !== undefined) {
    const status = Number(error.status);
    const code = CODES[status] ?? (status >= 500 ? 'server_error' : 'bad_request');
    return {
      failure: { code, status },
      retryAfterMs: retryAfter(error.headers?.get('retry-after')),
      isFree: true,
    };
  }
  if (isLate || error instanceof APIConnectionTimeoutError) return unanswered('timed_out');
  // An answer that is no JSON was paid for.
  if (error instanceof SyntaxError) return unanswered('invalid_json');
  // An error without a status may be anything, e.g. a connection that was lost in the middle of the answer.
  return unanswered('no_connection');
}

/** The question may have arrived, and its answer may be charged. */
function unanswered(code: ClaudeFailureCode): ClassifiedError {
  return { failure: { code, status: null }, retryAfterMs: null, isFree: false };
}

function retryAfter(header: string | null | undefined): number | null {
  const seconds = Number(header ?? Number.NaN);
  if (!Number.isFinite(seconds) || seconds < 0 || header === '') return null;
  return Math.min(seconds * 1_000, LONGEST_RETRY_AFTER_MS);
}
