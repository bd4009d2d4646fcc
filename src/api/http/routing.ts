import { OpenAPIHono, type z } from '@hono/zod-openapi';
import { ApiProblem, type FieldProblem, sentencesOf } from './problems.js';
import { Problem } from './responses.js';

/** An app whose validation answers with problem details. */
export function createRouter(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      const sent = 'data' in result ? result.data : undefined;
      const errors = fieldProblems(result.error, result.target, sent);
      throw new ApiProblem('invalid_request', sentencesOf(errors), { errors });
    },
  });
}

/** A required JSON body. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}

/** A JSON answer of a route, for the OpenAPI document. */
export function answers<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}

const failure = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});

/** Failures that every route may answer with: all statuses of `PROBLEMS`. */
export const failures = {
  400: failure('The request is not valid'),
  401: failure('A valid bearer token is required'),
  403: failure(
    'The role is too small, or the request comes from a page of another site or uses another host name',
  ),
  404: failure('Not found'),
  405: {
    ...failure('The address does not take this method'),
    headers: {
      Allow: { description: 'the methods that the address takes', schema: { type: 'string' as const } },
    },
  },
  409: failure('The request conflicts with the current state'),
  413: failure('The body is too large'),
  415: failure('The body must be JSON'),
  422: failure('The idempotency key belongs to another request'),
  429: failure('Too many attempts: try again after the wait in Retry-After'),
  500: failure('Something went wrong'),
  502: failure('Meta or the workflow refused or failed'),
  503: failure('Meta, Temporal or Postgres does not answer or asks the service to wait'),
};

/** One problem per issue; the field is a path as callers write it, e.g. `variants[1].ad_id`. */
function fieldProblems(error: z.ZodError, target: string, sent: unknown): FieldProblem[] {
  return error.issues.flatMap((issue): FieldProblem[] => {
    const path = pathOf(issue.path);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        field: path === '' ? key : `${path}.${key}`,
        message: 'is not a field of this request; leave it out',
      }));
    const missing = issue.code === 'invalid_type' && valueAt(sent, issue.path) === undefined;
    const message = missing ? `is missing: ${issue.message}` : issue.message;
    return [{ field: path === '' ? target : path, message }];
  });
}

/** The value that was sent at this path; undefined if there is none. */
function valueAt(sent: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    sent,
  );
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
