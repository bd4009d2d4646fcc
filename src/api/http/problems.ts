import { HTTPException } from 'hono/http-exception';
import { MetaError } from '../../clients/meta/types.js';
import { AdSetLeased, ExperimentExists, ExperimentNotFound } from '../../clients/postgres/errors.js';
import type { Refusal } from '../../contract/messages.js';
import { ControlFailed, ControlInvalid, TemporalBusy, TemporalUnavailable } from '../temporal/errors.js';

/** What is wrong with one field of a request. */
export interface FieldProblem {
  /** Path in the body, or the name of a parameter or header, e.g. `variants[1].ad_id`. */
  field: string;
  message: string;
}

/** One sentence per problem, starting with its field. */
export function sentencesOf(problems: readonly FieldProblem[]): string {
  return problems
    .map(
      ({ field, message }) => `${field}${/^[a-z]/.test(message) ? '' : ':'} ${message.replace(/\.$/, '')}.`,
    )
    .join(' ');
}

/** The status and title of every failure that the API answers with. */
export const PROBLEMS = {
  invalid_request: [400, 'The request is not valid'],
  malformed_request: [400, 'The request is not valid HTTP'],
  malformed_json: [400, 'The body is not JSON'],
  experiment_refused: [400, 'The experiment cannot be registered like this'],
  unauthorized: [401, 'A valid bearer token is required'],
  forbidden: [403, 'The role of the token is too small'],
  foreign_host: [403, 'Requests under another host name are refused'],
  foreign_origin: [403, 'Requests from other sites are refused'],
  foreign_form: [403, 'Forms of another session are refused'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'The address does not take this method'],
  unknown_draft_set: [404, 'There are no such drafts'],
  kill_switch_released: [409, 'The kill switch is not engaged'],
  similar_pattern: [409, 'A pattern may say the same'],
  freeze_windows_busy: [409, 'The freeze windows are being changed'],
  control_refused: [409, "The control does not fit the experiment's state"],
  insights_refused: [409, 'The test has not ended'],
  experiment_exists: [409, 'An experiment with this id already exists'],
  ad_set_leased: [409, 'An ad set is part of a live experiment'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body has another type than the address takes'],
  idempotency_key_reused: [422, 'The idempotency key belongs to another request'],
  too_many_attempts: [429, 'Too many attempts'],
  internal: [500, 'Something went wrong'],
  meta_refused: [502, 'Meta refused the request'],
  meta_unavailable: [502, 'Meta gave no usable answer'],
  control_failed: [502, 'The control could not be carried out'],
  meta_rate_limited: [503, 'Meta asks the service to wait'],
  temporal_busy: [503, 'Temporal accepts no more requests for now'],
  temporal_unavailable: [503, 'Temporal does not answer'],
  too_many_listeners: [503, 'Too many listeners'],
  postgres_unavailable: [503, 'Postgres does not answer'],
  encoder_unavailable: [503, 'Search by meaning is not possible now'],
} as const satisfies Record<string, readonly [number, string]>;
export type ProblemKind = keyof typeof PROBLEMS;

/** Problem details, RFC 9457, with the members that this API adds. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors: FieldProblem[];
  /** For a refused control: the experiment's state, and the controls that fit it. */
  state?: string;
  allowed?: string[];
  /** For a leased ad set: the experiment that holds it. */
  experiment_id?: string;
}

/** A failure as the caller sees it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;

  constructor(
    readonly kind: ProblemKind,
    detail: string,
    readonly extra: {
      errors?: FieldProblem[];
      state?: string;
      allowed?: readonly string[];
      experimentId?: string;
      retryAfterSeconds?: number;
      /** Methods that the address takes. */
      methods?: readonly string[];
    } = {},
  ) {
    super(detail);
    this.status = PROBLEMS[kind][0];
  }

  toBody(): ProblemBody {
    const { errors = [], state, allowed, experimentId } = this.extra;
    return {
      type: `urn:auto-promotion:problem:${this.kind}`,
      title: PROBLEMS[this.kind][1],
      status: this.status,
      detail: this.message,
      errors,
      ...(state === undefined ? {} : { state }),
      ...(allowed === undefined ? {} : { allowed: [...allowed] }),
      ...(experimentId === undefined ? {} : { experiment_id: experimentId }),
    };
  }

  toResponse(): Response {
    const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
    // The rest of the body is still being sent: the client must not reuse the connection.
    if (this.status === 413) headers.connection = 'close';
    if (this.extra.methods) headers.allow = this.extra.methods.join(', ');
    if (this.status === 401) headers['www-authenticate'] = 'Bearer';
    if (this.extra.retryAfterSeconds !== undefined)
      headers['retry-after'] = String(this.extra.retryAfterSeconds);
    return new Response(JSON.stringify(this.toBody()), { status: this.status, headers });
  }
}

export function unknownExperiment(id: string): ApiProblem {
  return new ApiProblem('not_found', `There is no experiment ${id}.`, { experimentId: id });
}

export function refusedControl(
  experimentId: string,
  refusal: Omit<Refusal, 'allowed'> & { allowed: readonly string[] },
): ApiProblem {
  return new ApiProblem('control_refused', refusal.message, {
    state: refusal.state,
    allowed: refusal.allowed,
    experimentId,
  });
}

/** Maps every failure to a problem. An unknown error becomes an internal error: callers must not see its text. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof AdSetLeased)
    return new ApiProblem('ad_set_leased', `${sentence(error.message)}.`, {
      experimentId: error.experimentId,
    });
  if (error instanceof ExperimentExists)
    return new ApiProblem('experiment_exists', `${sentence(error.message)}.`);
  if (error instanceof ExperimentNotFound) return unknownExperiment(error.experimentId);
  if (error instanceof ControlInvalid) return new ApiProblem('invalid_request', error.message);
  if (error instanceof TemporalUnavailable)
    return new ApiProblem('temporal_unavailable', 'Temporal does not answer. Try again.', {
      retryAfterSeconds: 5,
    });
  if (error instanceof TemporalBusy)
    return new ApiProblem(
      'temporal_busy',
      'Temporal accepts no more requests of this kind for now. Try again later. pause, resume, revert and stop are sent as signals.',
      { retryAfterSeconds: 10 },
    );
  if (error instanceof ControlFailed) return new ApiProblem('control_failed', error.message);
  if (error instanceof MetaError) return metaProblem(error);
  if (isConnectionLoss(error))
    return new ApiProblem('postgres_unavailable', 'Postgres does not answer. Try again.', {
      retryAfterSeconds: 5,
    });
  if (error instanceof HTTPException) {
    if (error.status === 400) return new ApiProblem('malformed_json', 'The body could not be read as JSON.');
    if (error.status === 415)
      return new ApiProblem(
        'unsupported_media_type',
        'The content type is missing or is not JSON: send application/json.',
      );
    if (error.status === 413) return new ApiProblem('body_too_large', 'The body may have at most 1 MB.');
  }
  return new ApiProblem(
    'internal',
    'The request could not be answered. The cause is in the log of the service.',
  );
}

function metaProblem(error: MetaError): ApiProblem {
  switch (error.kind) {
    case 'rate':
    case 'not_yet': {
      const wait = error.details.retryAfterMs;
      return new ApiProblem('meta_rate_limited', `Meta asks the service to wait: ${error.message}`, {
        ...(wait === null ? {} : { retryAfterSeconds: Math.ceil(wait / 1000) }),
      });
    }
    case 'transient':
    case 'too_large':
      return new ApiProblem('meta_unavailable', `Meta gave no usable answer: ${error.message}`);
    default:
      return new ApiProblem('meta_refused', `Meta refused the request: ${error.message}`);
  }
}

const NETWORK_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN']);
/** SQLSTATE classes: connection exception, insufficient resources, operator intervention. */
const LOST_CLASSES = new Set(['08', '53', '57']);

function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (NETWORK_CODES.has(code)) return true;
  if (/^[0-9A-Z]{5}$/.test(code)) return LOST_CLASSES.has(code.slice(0, 2));
  return /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error/i.test(
    error.message,
  );
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, '');
}
