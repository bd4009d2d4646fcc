import type { MiddlewareHandler } from 'hono';
import { isPage } from './paths.js';
import { ApiProblem } from './problems.js';

/** Percent-encoded control characters, except tab and line breaks: Postgres can't compare them. */
const CONTROL_CHARACTERS = /%(0[0-8bcef]|1[\da-f]|7f)/i;

/** No page has control characters in its address, so pages need not expect them in a parameter. The API names the field. */
export const readablePath: MiddlewareHandler = (c, next) => {
  if (isPage(c.req.path) && CONTROL_CHARACTERS.test(new URL(c.req.url).pathname))
    throw new ApiProblem('not_found', 'There is no page with control characters in its address.');
  return next();
};
