/** Sessions of the pages. Nothing is kept on the server: a restart ends none, a removed or changed token ends its own. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { HOUR_MS } from '../../domain/time.js';
import { digestOf, type NamedToken } from './tokens.js';

/** How long a session lasts, real ms. */
export const SESSION_MS = 12 * HOUR_MS;
/** Cookie of a user who has signed in. */
export const SESSION_COOKIE = 'auto_promotion_session';
/** Cookie of a browser in which nobody has signed in: it binds the forms of its pages. */
export const VISITOR_COOKIE = 'auto_promotion_visitor';

/** Cookie with the name that someone gave in a form, if no token is set. It is a convenience: nothing trusts it. */
export const NAME_COOKIE = 'auto_promotion_name';
/** How long a browser remembers the name, seconds. */
export const NAME_SECONDS = 180 * 24 * 3600;

/** Who has signed in, and the value that the forms of this session carry. */
export interface Session {
  owner: NamedToken;
  csrf: string;
}

/** The value of a new session's cookie: name, end and a random part, with an HMAC whose key comes from the token. */
export function newSession(owner: NamedToken, now: number): string {
  const name = Buffer.from(owner.name).toString('base64url');
  const about = [name, now + SESSION_MS, randomBytes(12).toString('base64url')].join('.');
  return `${about}.${hmac(digestOf(owner.token), `session ${about}`)}`;
}

/** The session of a cookie; null if it is over, forged, or of a token that is no longer valid. */
export function readSession(tokens: readonly NamedToken[], cookie: string, now: number): Session | null {
  const [name = '', until = '', random = '', mac = '', ...more] = cookie.split('.');
  if (more.length > 0) return null;
  const owned = Buffer.from(name, 'base64url').toString();
  const owner = tokens.find((each) => each.name === owned);
  if (!owner) return null;
  const about = [name, until, random].join('.');
  const key = digestOf(owner.token);
  if (!isSame(mac, hmac(key, `session ${about}`)) || now >= Number(until)) return null;
  return { owner, csrf: hmac(key, `form ${about}`) };
}

/** The value of a new visitor's cookie. */
export function newVisitor(): string {
  return randomBytes(24).toString('base64url');
}

/** The value that the forms of a visitor carry. */
export function visitorCsrf(visitor: string): string {
  return hmac(Buffer.from(visitor), 'form');
}

/** Compares digests, so that the time taken says nothing about the expected text. */
export function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

function hmac(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
