import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { matchedRoutes } from 'hono/route';
import type { CookieOptions } from 'hono/utils/cookie';
import { isForeignOrigin, isLoopbackHost } from './loopback.js';
import { NEEDED_ROLES, type NeededRole } from './needed-roles.js';
import { isPage, ownPath } from './paths.js';
import { mayActAs, OPEN_ACCESS, type Principal, type Role } from './principal.js';
import { ApiProblem } from './problems.js';
import { newVisitor, readSession, SESSION_COOKIE, VISITOR_COOKIE, visitorCsrf } from './session.js';
import { mayUse, type NamedToken, ownerOf } from './tokens.js';

declare module 'hono' {
  interface ContextVariableMap {
    principal: Principal;
    /** What the forms of this session's pages carry. */
    csrf: string;
    /** True: by the session's cookie. */
    signedIn: boolean;
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

/**
 * Recognises the sender and refuses those whose role is too small, or who may not use the account. Without any token,
 * everyone may do everything. `base`: path under which the routes are. `accountId`: null if they belong to no account.
 */
export function access(
  tokens: readonly NamedToken[],
  { base, accountId }: { base: string; accountId: string | null },
): MiddlewareHandler {
  return async (c, next) => {
    const owner = tokens.length === 0 ? null : recognised(c, tokens);
    const isStranger = owner !== null && accountId !== null && !mayUse(owner, accountId);
    const known = owner && { name: owner.name, role: owner.role };
    const principal = tokens.length === 0 ? OPEN_ACCESS : isStranger ? null : known;
    if (principal) c.set('principal', principal);
    if (isPage(c.req.path) && c.get('csrf') === undefined) bindVisitor(c);
    const needed = neededRole(c);
    if (needed === 'public') return next();
    if (isStranger)
      throw new ApiProblem('forbidden', `${owner.name} has no access to the account ${accountId}.`);
    if (principal === null) return refused(c, base);
    if (needed !== null) requireRole(c, needed, `${c.req.method} ${c.req.path}`);
    return next();
  };
}

/** A token in the header, or the session of the pages. With the session alone, the API can only be read. */
function recognised(c: Context, tokens: readonly NamedToken[]): NamedToken | null {
  const page = isPage(c.req.path);
  if (!page && c.req.header('authorization') !== undefined) return bearerOf(c, tokens);
  const reads = c.req.method === 'GET' || c.req.method === 'HEAD';
  const cookie = page || reads ? getCookie(c, SESSION_COOKIE) : undefined;
  const session = cookie === undefined ? null : readSession(tokens, cookie, Date.now());
  if (!session) return null;
  c.set('csrf', session.csrf);
  c.set('signedIn', true);
  return session.owner;
}

/** Someone who hasn't signed in gets a random cookie, to which the forms of the page are bound. */
function bindVisitor(c: Context): void {
  const known = getCookie(c, VISITOR_COOKIE);
  const visitor = known || newVisitor();
  if (known || c.req.method === 'GET') c.set('csrf', visitorCsrf(visitor));
  if (!known && c.req.method === 'GET') setCookie(c, VISITOR_COOKIE, visitor, cookieOptions(c));
}

/** Over plain HTTP a browser keeps a `Secure` cookie only for this machine, and there it isn't needed. */
export function cookieOptions(c: Context): CookieOptions {
  const secure = new URL(c.req.url).protocol === 'https:' || !isLoopbackHost(hostOf(c));
  return { httpOnly: true, sameSite: 'Strict', path: '/', secure };
}

/** A user is led to the sign-in, a program is told what to send. */
function refused(c: Context, base: string): Response {
  if (!isPage(c.req.path) || !acceptsHtml(c))
    throw new ApiProblem('unauthorized', 'Send an API token as "Authorization: Bearer <token>".');
  const { method, path } = c.req;
  if (method !== 'GET' && method !== 'HEAD') {
    const from = c.req.header('referer');
    const own = from && URL.canParse(from) && new URL(from).host === hostOf(c).toLowerCase();
    return c.redirect(signInAddress(own ? new URL(from).pathname + new URL(from).search : '/'), 303);
  }
  // A link in another site's page brings no SameSite=Strict cookie. The second request comes from our own page, so it does.
  if (c.req.header('sec-fetch-site') === 'cross-site' && c.req.header('sec-fetch-mode') === 'navigate')
    return c.html(
      '<!doctype html><html lang="en"><meta http-equiv="refresh" content="0"><title>Auto-promotion</title><p>One moment.',
    );
  return c.redirect(signInAddress(base + path + new URL(c.req.url).search), 302);
}

/** One sign-in serves all accounts. `to`: where it leads, as the browser sees it. */
function signInAddress(to: string): string {
  const own = ownPath(to);
  return own === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(own)}`;
}

/** Whether whoever asks would rather see a page than a problem document. */
export function acceptsHtml(c: Context): boolean {
  return (c.req.header('accept') ?? '').includes('text/html');
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
  const route = routeOf(c);
  return route ? (NEEDED_ROLES[`${route.method} ${route.path}`] ?? 'admin') : null;
}

/** The route of a request, as the app registers it: of several that fit, the first answers. Null if there is none. */
export function routeOf(c: Context): { method: string; path: string } | null {
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
  return matchedRoutes(c).find((each) => each.method === method) ?? null;
}

/** Whether an address takes the method of this request. */
export function hasRoute(c: Context): boolean {
  return routeOf(c) !== null;
}

function bearerOf(c: Context, tokens: readonly NamedToken[]): NamedToken | null {
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
