import type { z } from '@hono/zod-openapi';

/** What is wrong with a form, in a sentence that names the first field and its limit. */
export function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${String(issue.path[0] ?? 'The form')} ${issue.message}.` : 'The form is not valid.';
}
