import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { isForeignOrigin, isLoopbackHost } from './loopback.js';
import { NEEDED_ROLES, type NeededRole } from './needed-roles.js';
import { mayActAs, OPEN_ACCESS, type Principal, type Role } from './principal.js';
import { ApiProblem } from './problems.js';
import { type NamedToken, ownerOf } from './tokens.js';

declare module 'hono' {
  interface ContextVariableMap {
    principal: Principal;
  }
}

/** Who sends this request. @throws Error on a route that needs no role, if nobody has been recognised */
export function principalOf(c: Context): Principal {
  const principal = principalOrNull(c);
  if (!principal) throw new Error('nobody has been recognised');
  return principal;
}

/** Who sends this request; null if nobody has been recognised. */
export function principalOrNull(c: Context): Principal | null {
  return c.get('principal') ?? null;
}

/** Recognises the sender and refuses those whose role is too small. Without any token, everyone may do everything. */
export function access(tokens: readonly NamedToken[]): MiddlewareHandler {
  return (c, next) => {
    const principal = tokens.length === 0 ? OPEN_ACCESS : bearerOf(c, tokens);
    if (principal) c.set('principal', principal);
    const needed = neededRole(c);
    if (needed === 'public') return next();
    if (principal === null) {
      if (!c.req.path.startsWith('/api/')) return next();
      throw new ApiProblem('unauthorized', 'Send an API token as "Authorization: Bearer <token>".');
    }
    if (needed !== null) requireRole(c, needed, `${c.req.method} ${c.req.path}`);
    return next();
  };
}

/** @throws ApiProblem 403 that names the role that `what` needs */
export function requireRole(c: Context, needed: Role, what: string): void {
  const { name, role } = principalOf(c);
  if (!mayActAs({ name, role }, needed))
    throw new ApiProblem('forbidden', `${what} needs the role ${needed}. ${name} has the role ${role}.`);
}

/**
 * The name under which a request is recorded: the owner of its token. Only without any token it is the one in the body.
 * @throws ApiProblem 400 if the body names someone else, or nobody without a token
 */
export function recordedName(c: Context, by: string | undefined): string {
  const principal = principalOf(c);
  const wrong = (message: string) =>
    new ApiProblem('invalid_request', `by ${message}.`, { errors: [{ field: 'by', message }] });
  if (principal !== OPEN_ACCESS) {
    if (by !== undefined && by !== principal.name)
      throw wrong(`must be ${principal.name}, the owner of the token, or be left out`);
    return principal.name;
  }
  if (by === undefined) throw wrong('is missing: it must be text of 1 to 100 characters');
  return by;
}

/** The role that the route of a request needs; null if there is no such route. */
function neededRole(c: Context): NeededRole | null {
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
  const route = matchedRoutes(c).findLast((each) => each.method === method);
  return route ? (NEEDED_ROLES[`${route.method} ${route.path}`] ?? 'admin') : null;
}

function bearerOf(c: Context, tokens: readonly NamedToken[]): Principal | null {
  const given = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  return given === undefined ? null : ownerOf(tokens, given);
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
export function ownHost(tokens: readonly NamedToken[]): MiddlewareHandler {
  if (tokens.length > 0) return (_, next) => next();
  return (c, next) => {
    if (!isLoopbackHost(hostOf(c)))
      throw new ApiProblem(
        'foreign_host',
        'Without API_TOKEN the Host must be 127.0.0.1, localhost or [::1]. Set API_TOKEN to use another name.',
      );
    return next();
  };
}

/** The `Host` header, with its port. */
export function hostOf(c: Context): string {
  return c.req.header('host') ?? new URL(c.req.url).host;
}
