import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { viewerOf } from './session.js';

/** The fields of a form. If someone has signed in, `by` is the owner of their token, whatever was sent. */
export async function fieldsOf(c: Context): Promise<Record<string, unknown>> {
  const fields = await c.req.parseBody();
  const { signedIn, principal } = viewerOf(c);
  return signedIn ? { ...fields, by: principal.name } : fields;
}

/** What is wrong with a form, in a sentence that names the first field and its limit. */
export function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${String(issue.path[0] ?? 'The form')} ${issue.message}.` : 'The form is not valid.';
}
