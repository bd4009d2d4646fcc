import { OpenAPIHono, type z } from '@hono/zod-openapi';
import { Problem } from './answers.js';
import { ApiProblem, type FieldProblem } from './errors.js';

/** An app whose validation answers with problem details. */
export function createRouter(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return;
      const errors = fieldProblems(result.error, result.target);
      throw new ApiProblem(
        'invalid_request',
        errors.map(({ field, message }) => `${field} ${message}`).join('; '),
        {
          errors,
        },
      );
    },
  });
}

/** A JSON body that must be there. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}

/** An answer of a route, for the description. */
export function answers<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}

/** What every route may answer beside its own. */
export const failures = {
  default: { description: 'A failure', content: { 'application/problem+json': { schema: Problem } } },
};

/** Path of each issue as callers write it, e.g. `variants[1].ad_id`. */
function fieldProblems(error: z.ZodError, target: string): FieldProblem[] {
  return error.issues.flatMap((issue): FieldProblem[] => {
    const path = pathOf(issue.path);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        field: path === '' ? key : `${path}.${key}`,
        message: 'is not a field of this request',
      }));
    const missing = issue.code === 'invalid_type' && issue.input === undefined;
    const message = missing ? `is missing: ${issue.message}` : issue.message;
    return [{ field: path === '' ? target : path, message }];
  });
}

function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
