import type { MiddlewareHandler } from 'hono';
import { hasRoute } from './access.js';
import { isPage } from './paths.js';
import { ApiProblem } from './problems.js';
import { isSame } from './session.js';

/**
 * Refuses a form that another session's page made. The cookie is sent with every form that a page of this site posts, so
 * only the hidden field `csrf` shows that the user saw it.
 */
export const ownForms: MiddlewareHandler = async (c, next) => {
  if (c.req.method !== 'POST' || !isPage(c.req.path) || !hasRoute(c)) return next();
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type))
    throw new ApiProblem('unsupported_media_type', 'Pages take forms: application/x-www-form-urlencoded.');
  const given = new URLSearchParams(await c.req.text()).get('csrf') ?? '';
  const expected = c.get('csrf');
  if (expected === undefined || !isSame(given, expected))
    throw new ApiProblem(
      'foreign_form',
      'This form belongs to a session that is over, or to another one. Open its page again and send it from there.',
    );
  return next();
};
