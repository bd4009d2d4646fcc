import type { MetaErrorKind } from '../../domain/rollout/obstacle.js';
import type { Scrub } from './scrub.js';
import { MetaError } from './types.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Subcode: an ad set's budget was changed more than four times within the hour, and is blocked for an hour. */
export const AD_SET_BLOCK = 1487632;

export type Headers = Record<string, string | string[] | undefined>;

/** What is known of a failed call, before it has a class. Nothing of it is secret but, perhaps, `text`. */
export interface Failure {
  method: 'GET' | 'POST';
  /** The object and edge, without a query, e.g. `act_1/insights`. */
  path: string;
  /** Null where no answer arrived. */
  httpStatus: number | null;
  headers: Headers;
  /**
   * `graph`: Graph's error object. `foreign`: an answer that isn't Graph's (HTML, empty, a redirect).
   * `unsuccessful`: `{success: false}`. `network`: no answer, or not all of it, in time.
   */
  source: 'graph' | 'foreign' | 'unsuccessful' | 'network';
  code: number | null;
  subcode: number | null;
  isTransient: boolean;
  traceId: string | null;
  text: string;
}

type Span = number | readonly [from: number, to: number];

interface Rule {
  kind: MetaErrorKind;
  code?: readonly Span[];
  subcode?: readonly Span[];
  httpStatus?: readonly Span[];
  source?: readonly Failure['source'][];
  isTransient?: true;
  /** Only a read of insights, of an account or of a report. */
  insights?: true;
  /** Experiment ms to wait if Meta gives no hint; null if no wait is known: what asks again then chooses its own. */
  retryAfterMs: number | null;
}

/**
 * Meta's errors by class: the first rule all of whose conditions hold. Codes: Meta's Graph and Marketing
 * API error references.
 */
const RULES: readonly Rule[] = [
  // 1/99 is also Graph's "unknown error", which passes: only insights can be too large.
  { kind: 'too_large', code: [1], subcode: [99], insights: true, retryAfterMs: null },
  { kind: 'too_large', code: [100], subcode: [1504018, 1487534], retryAfterMs: null },
  { kind: 'permission', code: [100], subcode: [3191001], retryAfterMs: null },
  { kind: 'not_found', code: [100], subcode: [33], retryAfterMs: null },
  { kind: 'rate', subcode: [AD_SET_BLOCK], retryAfterMs: HOUR },
  { kind: 'rate', subcode: [1487742, 5044001, 2446079], retryAfterMs: 5 * MINUTE },
  { kind: 'rate', code: [4, 17, 32, 341, 613, [80000, 80014]], retryAfterMs: 5 * MINUTE },
  { kind: 'rate', httpStatus: [429], retryAfterMs: 5 * MINUTE },
  { kind: 'version', code: [2635], retryAfterMs: null },
  { kind: 'auth', code: [190, 102, 104, 2500], retryAfterMs: null },
  { kind: 'auth', subcode: [[458, 467]], retryAfterMs: null },
  { kind: 'policy', code: [368], retryAfterMs: null },
  { kind: 'policy', subcode: [1404078], retryAfterMs: null },
  { kind: 'permission', code: [3, 10, [200, 299]], retryAfterMs: null },
  { kind: 'not_yet', subcode: [1885650], retryAfterMs: 15 * MINUTE },
  { kind: 'transient', source: ['network', 'foreign', 'unsuccessful'], retryAfterMs: null },
  { kind: 'transient', isTransient: true, retryAfterMs: null },
  { kind: 'transient', code: [1, 2, [Number.NEGATIVE_INFINITY, -1]], retryAfterMs: null },
  { kind: 'transient', httpStatus: [[500, 599]], retryAfterMs: null },
  { kind: 'invalid', retryAfterMs: null },
];

/** The class of a failure, how long to wait (experiment ms), and whether a write may have been applied. */
export function classify(failure: Failure): {
  kind: MetaErrorKind;
  retryAfterMs: number | null;
  outcome: 'not_applied' | 'unknown';
} {
  const rule = RULES.find((candidate) => holds(candidate, failure)) ?? RULES[RULES.length - 1]!;
  return { kind: rule.kind, retryAfterMs: waitOf(rule, failure), outcome: outcomeOf(rule.kind, failure) };
}

/** The error that leaves the client: of picked and scrubbed fields only, without the raw error as its cause. */
export function toMetaError(failure: Failure, scrub: Scrub): MetaError {
  const { kind, retryAfterMs, outcome } = classify(failure);
  const facts = [
    failure.code === null ? null : `code ${failure.code}`,
    failure.subcode === null ? null : `subcode ${failure.subcode}`,
    failure.httpStatus === null ? null : `HTTP ${failure.httpStatus}`,
  ].filter((fact) => fact !== null);
  const suffix = facts.length > 0 ? ` (${facts.join(', ')})` : '';
  return new MetaError(kind, `${failure.method} ${scrub(failure.path)}: ${scrub(failure.text)}${suffix}`, {
    httpStatus: failure.httpStatus,
    code: failure.code,
    subcode: failure.subcode,
    traceId: failure.traceId === null ? null : scrub(failure.traceId),
    retryAfterMs,
    outcome,
  });
}

/** Something asked of the client, or answered by Meta, that doesn't fit its form. `message` holds no value. */
export function invalid(message: string): MetaError {
  return withoutAnswer('invalid', message, null, 'not_applied');
}

/** An object that is there without what was asked of it. */
export function notFound(message: string): MetaError {
  return withoutAnswer('not_found', message, null, 'not_applied');
}

/** Not sent: Meta has told the account to wait. */
export function mustWait(method: string, path: string, ms: number): MetaError {
  const message = `${method} ${path} was not sent: Meta has asked the account to wait, ${Math.ceil(ms / SECOND)} s more.`;
  const { details } = withoutAnswer('rate', message, ms, 'not_applied');
  return new MetaError('rate', message, { ...details, notSent: true });
}

/** A failure of Meta's that came without an error of Graph's, e.g. a report that ended as failed. */
export function transient(message: string, outcome: 'not_applied' | 'unknown'): MetaError {
  return withoutAnswer('transient', message, null, outcome);
}

function withoutAnswer(
  kind: MetaErrorKind,
  message: string,
  retryAfterMs: number | null,
  outcome: 'not_applied' | 'unknown',
): MetaError {
  const details = { httpStatus: null, code: null, subcode: null, traceId: null, retryAfterMs, outcome };
  return new MetaError(kind, message, details);
}

function holds(rule: Rule, failure: Failure): boolean {
  return (
    within(rule.code, failure.code) &&
    within(rule.subcode, failure.subcode) &&
    within(rule.httpStatus, failure.httpStatus) &&
    (rule.source === undefined || rule.source.includes(failure.source)) &&
    (rule.isTransient === undefined || failure.isTransient) &&
    (rule.insights === undefined || (failure.method === 'GET' && failure.path.endsWith('/insights')))
  );
}

function within(spans: readonly Span[] | undefined, value: number | null): boolean {
  if (spans === undefined) return true;
  if (value === null) return false;
  return spans.some((span) =>
    typeof span === 'number' ? span === value : span[0] <= value && value <= span[1],
  );
}

function outcomeOf(kind: MetaErrorKind, failure: Failure): 'not_applied' | 'unknown' {
  if (failure.method === 'GET') return 'not_applied';
  const status = failure.httpStatus ?? 0;
  const refused = failure.source === 'graph' && status >= 400 && status < 500 && kind !== 'transient';
  return refused ? 'not_applied' : 'unknown';
}

function waitOf(rule: Rule, failure: Failure): number | null {
  if (rule.kind !== 'rate') return rule.retryAfterMs;
  const hint = retryHint(failure.headers);
  if (hint === null) return rule.retryAfterMs;
  // The hints are of the account's quota; the ad set's own block of an hour runs beside it.
  return failure.subcode === AD_SET_BLOCK ? Math.max(hint, HOUR) : hint;
}

/**
 * How long Meta asks to wait, experiment ms, or null where it doesn't say: the longest of the business use
 * case's `estimated_time_to_regain_access` (minutes), else the account's `reset_time_duration` (seconds),
 * else `retry-after` (seconds).
 */
export function retryHint(headers: Headers): number | null {
  const useCases = Object.values(parsedHeader(headers, 'x-business-use-case-usage'))
    .flatMap((entries): unknown[] => (Array.isArray(entries) ? entries : []))
    .map((entry) => positive(member(entry, 'estimated_time_to_regain_access')) * MINUTE);
  const account =
    positive(member(parsedHeader(headers, 'x-ad-account-usage'), 'reset_time_duration')) * SECOND;
  const plain = positive(Number(headers['retry-after'])) * SECOND;
  const hint = [Math.max(0, ...useCases), account, plain].find((ms) => ms > 0);
  return hint === undefined ? null : Math.ceil(hint);
}

export function parsedHeader(headers: Headers, name: string): object {
  const value = headers[name];
  try {
    const parsed: unknown = JSON.parse(typeof value === 'string' ? value : '{}');
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export function positive(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
