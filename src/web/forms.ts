import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import { cookieOptions } from '../api/http/access.js';
import { NAME_COOKIE, NAME_SECONDS } from '../api/http/session.js';
import { nameOf, viewerOf } from './session.js';

/**
 * The fields of a form. If someone has signed in, `by` is the owner of their token, whatever was sent. Otherwise the
 * browser remembers the name for the next form.
 */
export async function fieldsOf(c: Context): Promise<Record<string, unknown>> {
  const fields = await c.req.parseBody();
  const { signedIn, principal, knownName } = viewerOf(c);
  if (signedIn) return { ...fields, by: principal.name };
  const name = nameOf(fields.by);
  if (name !== '' && name !== knownName)
    setCookie(c, NAME_COOKIE, name, { ...cookieOptions(c), maxAge: NAME_SECONDS });
  return fields;
}

/** What is wrong with a form, in a sentence that names the first field and its limit. */
export function firstProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${String(issue.path[0] ?? 'The form')} ${issue.message}.` : 'The form is not valid.';
}
