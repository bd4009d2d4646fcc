import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { principalOf, principalOrNull } from '../api/http/access.js';
import { text } from '../api/http/fields.js';
import { NAME_COOKIE } from '../api/http/session.js';
import type { Viewer } from './viewer.js';

/** Who looks at the page of this request. @throws Error on a page that needs no role, if nobody has signed in */
export function viewerOf(c: Context): Viewer {
  const signedIn = c.get('signedIn') ?? false;
  return {
    principal: principalOf(c),
    signedIn,
    knownName: signedIn ? '' : nameOf(getCookie(c, NAME_COOKIE)),
    csrf: c.get('csrf') ?? '',
  };
}

/** Who looks at the page of this request; null if nobody has signed in. */
export function viewerOrNull(c: Context): Viewer | null {
  return principalOrNull(c) ? viewerOf(c) : null;
}

/** What a form may have as a name; empty for anything else. */
export function nameOf(given: unknown): string {
  const name = text(100).safeParse(given);
  return name.success ? name.data : '';
}
