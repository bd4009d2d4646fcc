import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { ApiProblem } from './errors.js';

/** Lets a request pass that carries `Authorization: Bearer <token>`. A null token lets every request pass. */
export function bearerAuth(token: string | null): MiddlewareHandler {
  if (token === null) return (_, next) => next();
  const expected = digest(token);
  return (c, next) => {
    const given = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    // Digests have one length, so the comparison takes the same time whatever was sent.
    if (given === undefined || !timingSafeEqual(digest(given), expected))
      throw new ApiProblem('unauthorized', 'Send the API token as "Authorization: Bearer <token>".');
    return next();
  };
}

/**
 * Refuses requests that change something and come from a page of another site: without a token, any page
 * that someone on this machine opens could otherwise move budgets.
 */
export const sameOrigin: MiddlewareHandler = (c, next) => {
  const origin = c.req.header('origin');
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && origin !== undefined) {
    if (!URL.canParse(origin) || new URL(origin).host !== (c.req.header('host') ?? new URL(c.req.url).host))
      throw new ApiProblem('foreign_origin', 'This request was made by a page of another site.');
  }
  return next();
};

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
