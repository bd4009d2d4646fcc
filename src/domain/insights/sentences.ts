/** What users read about insights. */
import type { DropCode } from './checks.js';
import type { ClaudeFailure, InsightReason, OfflineReason } from './status.js';

const MICROS = 1_000_000;

/** Millionths of a US dollar, e.g. `USD 0.0123`. */
export function dollars(micros: number): string {
  const amount = micros / MICROS;
  return `USD ${amount > 0 && amount < 1 ? amount.toFixed(4) : amount.toFixed(2)}`;
}

/** Why Claude gave no usable answer, as a sentence. It contains nothing of the question or of the answer. */
export function failureSentence({ code, status }: ClaudeFailure): string {
  const http = status === null ? '' : ` (HTTP ${status})`;
  switch (code) {
    case 'rate_limited':
      return `Claude asks to wait${http}.`;
    case 'overloaded':
      return `Claude is overloaded${http}.`;
    case 'server_error':
      return `Claude has an error of its own${http}.`;
    case 'no_connection':
      return 'Claude could not be reached.';
    case 'timed_out':
      return 'Claude gave no answer in time.';
    case 'bad_request':
      return `Claude refuses the question as malformed${http}.`;
    case 'key_refused':
      return `Claude refuses the key${http}: check ANTHROPIC_API_KEY.`;
    case 'payment_required':
      return `Claude asks for payment${http}: check the credit of the account that ANTHROPIC_API_KEY belongs to.`;
    case 'not_permitted':
      return `The key may not use this model${http}: check INSIGHTS_MODEL and the rights of the key.`;
    case 'unknown_model':
      return `Claude doesn't know this model${http}: check INSIGHTS_MODEL.`;
    case 'too_large':
      return `The question is too large for Claude${http}.`;
    case 'refused':
      return 'Claude declined to answer.';
    case 'truncated':
      return "Claude's answer was cut off.";
    case 'invalid_json':
      return "Claude's answer is no valid JSON.";
    case 'schema_violation':
      return "Claude's answer doesn't have the form that was asked for.";
    case 'empty_answer':
      return "Claude's answer is empty.";
  }
}

const OFFLINE = 'These insights come from the attributes that differ between the two ads, without Claude.';
const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** Why Claude was not asked, or not with success. */
export function offlineSentence(reason: OfflineReason): string {
  switch (reason.code) {
    case 'no_key':
      return `ANTHROPIC_API_KEY is not set.`;
    case 'no_budget':
      return `INSIGHTS_MONTHLY_LIMIT is 0.`;
    case 'budget_spent':
      return `Another question to Claude could exceed this month's limit: ${dollars(reason.spent)} of ${dollars(reason.limit)} are used (INSIGHTS_MONTHLY_LIMIT).`;
    case 'claude_failed':
      return `${failureSentence(reason.failure)}`;
    case 'gave_up':
      return `${failureSentence(reason.failure)} It was asked ${count(reason.tries, 'time', 'times')}.`;
  }
}

function droppedNotes(pictures: number): string {
  if (pictures === 0) return '';
  return ` With winner and loser exchanged, it describes ${count(pictures, 'picture', 'pictures')} differently: what it saw there is not used.`;
}

/** Why an extraction has its status, in sentences. */
export function insightSentence(reason: InsightReason): string {
  switch (reason.code) {
    case 'queued':
      return 'The extraction has not begun yet.';
    case 'waiting':
      return `${failureSentence(reason.failure)} It is asked again later (${count(reason.tries, 'try', 'tries')} so far).`;
    case 'extracted':
      return `Claude compared the two ads: ${count(reason.kept, 'claim was', 'claims were')} kept and ${reason.dropped} dropped.${droppedNotes(reason.droppedNotes ?? 0)}`;
    case 'no_key':
    case 'no_budget':
    case 'budget_spent':
    case 'claude_failed':
    case 'gave_up':
      return `${offlineSentence(reason)} ${OFFLINE}`;
    case 'nothing_to_compare':
      return 'Neither a text nor a picture of both ads is on record, so there is nothing to compare.';
    case 'fault':
      return 'The extraction failed because of a fault of the service. It can be started again.';
    case 'no_winner':
      return 'The test has no winner, so there is nothing to learn from one.';
    case 'reverted':
      return 'The promotion was reverted, so no winner stands.';
    case 'stopped':
      return 'The test was stopped before a winner stood.';
    case 'ended_before':
      return 'The test ended before this service extracted insights. The extraction can be started.';
  }
}

/** Why a claim was dropped. `like`: what it came back as, or what it repeats. */
export function dropSentence(code: DropCode, like: string | null): string {
  switch (code) {
    case 'quote_not_found':
      return 'Its quote is not in that field of the ad.';
    case 'no_picture':
      return 'It points to a picture that Claude was not given.';
    case 'nothing_visible':
      return "It doesn't say what is visible in the picture.";
    case 'attribute_absent':
      return "The ad doesn't have what the claim says, or has less of it than the other.";
    case 'comes_back':
      return `With winner and loser exchanged, Claude says the same of the other ad: “${like ?? ''}”.`;
    case 'no_difference':
      return "Both ads have it, so it can't be why one of them won.";
    case 'same_words':
      return "The other ad has the same words, so they can't be why one of them won.";
    case 'repeated':
      return `It repeats another claim: “${like ?? ''}”.`;
  }
}
