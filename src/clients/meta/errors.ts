import type { MetaErrorKind } from '../../domain/rollout/obstacle.js';
import { NO_WAIT, retryHint, type Wait } from './quota.js';
import type { Scrub } from './scrub.js';
import { type Headers, type HttpAnswer, TransportFailure } from './transport.js';
import { MetaError } from './types.js';

/** Recognises a failure in an answer, classifies it, and makes the one error that leaves the client. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Subcode: an ad set's budget was changed more than four times within the hour, and is blocked for an hour. */
export const AD_SET_BLOCK = 1487632;
/** Code: the quota for insights is used up. */
const INSIGHTS_LIMIT = 80000;

export type JsonObject = Record<string, unknown>;

/** What is known of a failed call before it is classified. Only `text` may hold a secret. */
export interface Failure {
  method: 'GET' | 'POST';
  /** The object and edge, without a query, e.g. `/v24.0/act_1/insights`. */
  path: string;
  /** Null if no answer arrived. */
  httpStatus: number | null;
  headers: Headers;
  /**
   * `graph`: Graph's error object. `foreign`: an answer that isn't from Graph (HTML, empty, a redirect).
   * `unsuccessful`: `{success: false}`. `network`: no complete answer in time.
   */
  source: 'graph' | 'foreign' | 'unsuccessful' | 'network';
  code: number | null;
  subcode: number | null;
  isTransient: boolean;
  traceId: string | null;
  text: string;
}

/** A failure, by its answer alone. */
type Reason = Omit<Failure, 'method' | 'path'>;

/** The JSON object of an answer, or the reason why the answer is a failure. */
export function readAnswer(answer: HttpAnswer): { object: JsonObject; headers: Headers } | Reason {
  const object = parseObject(answer.body);
  const http = { httpStatus: answer.status, headers: answer.headers };
  const error = object?.error;
  if (typeof error === 'object' && error !== null) return { ...http, ...graphReason(error) };
  if (object === null || answer.status < 200 || answer.status > 299) {
    return { ...http, ...NO_CODE, source: 'foreign', text: "the answer isn't one of Graph's" };
  }
  if (object.success === false) {
    return { ...http, ...NO_CODE, source: 'unsuccessful', text: 'Meta answered success: false' };
  }
  return { object, headers: answer.headers };
}

/** The reason why there is no answer. */
export function readNoAnswer(error: unknown): Reason {
  const text = error instanceof TransportFailure ? error.message : 'the request could not be sent';
  return { httpStatus: null, headers: {}, ...NO_CODE, source: 'network', text };
}

const NO_CODE = { code: null, subcode: null, isTransient: false, traceId: null };

/** From Graph's error object: its documented fields only. */
function graphReason(error: object): Omit<Reason, 'httpStatus' | 'headers'> {
  const { message, error_user_msg, code, error_subcode, is_transient, fbtrace_id } = error as JsonObject;
  const texts = [message, error_user_msg].filter((text) => typeof text === 'string' && text !== '');
  return {
    source: 'graph',
    code: Number.isSafeInteger(code) ? Number(code) : null,
    subcode: Number.isSafeInteger(error_subcode) ? Number(error_subcode) : null,
    isTransient: is_transient === true,
    traceId: typeof fbtrace_id === 'string' && /^[\w-]{1,64}$/.test(fbtrace_id) ? fbtrace_id : null,
    text: texts.length > 0 ? texts.join(' / ') : 'Meta refused the call',
  };
}

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    return null;
  }
}

type Span = number | readonly [from: number, to: number];

interface Rule {
  kind: MetaErrorKind;
  code?: readonly Span[];
  subcode?: readonly Span[];
  httpStatus?: readonly Span[];
  source?: readonly Failure['source'][];
  isTransient?: true;
  /** Applies only to a read of insights, either the account's or a report's. */
  insights?: true;
  /** Experiment ms to wait if Meta gives no hint; null if no wait is known: the caller chooses when to try again. */
  retryAfterMs: number | null;
}

/**
 * The classes of Meta's errors. The first rule whose conditions all hold applies. Codes: the error references
 * of Meta's Graph API and Marketing API.
 */
const RULES: readonly Rule[] = [
  // 1/99 is also Graph's "unknown error", which is transient: only a read of insights can be too large.
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

/** The kind of a failure, how long to wait (experiment ms), and whether a write may have been applied. */
export function classify(failure: Failure): {
  kind: MetaErrorKind;
  retryAfterMs: number | null;
  outcome: 'not_applied' | 'unknown';
} {
  const rule = RULES.find((candidate) => holds(candidate, failure)) ?? RULES[RULES.length - 1]!;
  return { kind: rule.kind, retryAfterMs: waitOf(rule, failure), outcome: outcomeOf(rule.kind, failure) };
}

/** The error that leaves the client: it holds picked and scrubbed fields only, and no raw error as its cause. */
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
    // Meta has no code of its own for this.
    ...(failure.text.includes('appsecret_proof') ? { appSecretRefused: true } : {}),
  });
}

/** A malformed request of a caller, or a malformed answer of Meta. `message` must not contain the value. */
export function invalid(message: string): MetaError {
  return withoutCode('invalid', message);
}

/** The object exists, but what was asked for is missing from it. */
export function notFound(message: string): MetaError {
  return withoutCode('not_found', message);
}

/** A passing failure without an error object of Graph's, e.g. a report that ended as failed. */
export function transient(message: string, outcome: 'not_applied' | 'unknown'): MetaError {
  return withoutCode('transient', message, { outcome });
}

/** The client did not send the call, because Meta has asked the account to wait. */
export function mustWait(method: string, path: string, ms: number): MetaError {
  const message = `${method} ${path} was not sent: Meta has asked the account to wait, ${Math.ceil(ms / SECOND)} s more.`;
  return withoutCode('rate', message, { retryAfterMs: ms, notSent: true });
}

function withoutCode(
  kind: MetaErrorKind,
  message: string,
  more: Partial<MetaError['details']> = {},
): MetaError {
  const nothing = { httpStatus: null, code: null, subcode: null, traceId: null, retryAfterMs: null };
  return new MetaError(kind, message, { ...nothing, outcome: 'not_applied', ...more });
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
  // The hint is about the account's quota. The ad set's own block of an hour runs at the same time.
  return failure.subcode === AD_SET_BLOCK ? Math.max(hint, HOUR) : hint;
}

/** How long a refusal asks the account to wait, in addition to its headers. */
export function waitFromFailure(
  { code, subcode }: Pick<Failure, 'code' | 'subcode'>,
  { kind, details }: Pick<MetaError, 'kind' | 'details'>,
): Wait {
  // The block of one ad set doesn't affect any other call.
  if (kind !== 'rate' || subcode === AD_SET_BLOCK) return NO_WAIT;
  const ms = details.retryAfterMs ?? 0;
  return code === INSIGHTS_LIMIT ? { any: 0, insights: ms } : { any: ms, insights: 0 };
}
