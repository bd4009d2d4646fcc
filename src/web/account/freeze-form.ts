import { z } from '@hono/zod-openapi';
import { freezeWindowBody, removalBody } from '../../api/freezes/requests.js';

const key = z.string().regex(/^[\w-]{1,150}$/);

/** The body that the API takes, from the fields of a form. A signed-in user's name is that of the token. */
export function windowAsked(fields: Record<string, unknown>) {
  const { kind, key: sent, name, timezone, by, reason } = fields;
  const point = (end: string) =>
    kind === 'weekly' ? { weekday: fields[`${end}_weekday`], time: fields[`${end}_time`] } : fields[end];
  const body = { kind, name, timezone, by, reason, from: point('from'), to: point('to') };
  return z.object({ key, body: freezeWindowBody(false) }).safeParse({ key: sent, body });
}

export function removalAsked({ key: sent, by, reason }: Record<string, unknown>) {
  return z.object({ key, body: removalBody(false) }).safeParse({ key: sent, body: { by, reason } });
}

/** What is wrong with a form, in a sentence that names the first field and its limit. */
export function firstFault(error: z.ZodError): string {
  const [issue] = error.issues;
  const field = issue?.path.filter((part) => part !== 'body').join(' ');
  return issue && field ? `${field} ${issue.message}.` : 'The form is not valid.';
}

/** The texts of a form, to show them again. */
export function typedOf(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
