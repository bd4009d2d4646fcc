import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { isForeignOrigin, isLoopbackHost } from './loopback.js';
import { ApiProblem } from './problems.js';

/** Refuses requests without `Authorization: Bearer <token>`. If the token is null, every request passes. */
export function bearerAuth(token: string | null): MiddlewareHandler {
  if (token === null) return (_, next) => next();
  const expected = digest(token);
  return (c, next) => {
    const given = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    // Digests all have the same length, so the comparison takes the same time for every input.
    if (given === undefined || !timingSafeEqual(digest(given), expected))
      throw new ApiProblem('unauthorized', 'Send the API token as "Authorization: Bearer <token>".');
    return next();
  };
}

/**
 * Refuses requests that change something and come from a page of another site. Without this check and without a token,
 * any page that is opened on this machine could move budgets.
 */
export const sameOrigin: MiddlewareHandler = (c, next) => {
  const origin = c.req.header('origin');
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD' && origin !== undefined) {
    if (isForeignOrigin(origin, hostOf(c)))
      throw new ApiProblem('foreign_origin', 'This request was made by a page of another site.');
  }
  return next();
};

/**
 * Without a token, accepts only the names of this machine as `Host`. A page of another site can make its name point to
 * this machine (DNS rebinding). It then has the same origin as the API and could do anything that the API can do.
 */
export function ownHost(token: string | null): MiddlewareHandler {
  if (token !== null) return (_, next) => next();
  return (c, next) => {
    if (!isLoopbackHost(hostOf(c)))
      throw new ApiProblem(
        'foreign_host',
        'Without API_TOKEN the Host must be 127.0.0.1, localhost or [::1]. Set API_TOKEN to use another name.',
      );
    return next();
  };
}

function hostOf(c: Context): string {
  return c.req.header('host') ?? new URL(c.req.url).host;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
