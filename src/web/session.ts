import type { Context } from 'hono';
import { principalOf, principalOrNull } from '../api/http/access.js';
import type { Viewer } from './viewer.js';

/** Who looks at the page of this request. @throws Error on a page that needs no role, if nobody has signed in */
export function viewerOf(c: Context): Viewer {
  return { principal: principalOf(c), signedIn: c.get('signedIn') ?? false, csrf: c.get('csrf') ?? '' };
}

/** Who looks at the page of this request; null if nobody has signed in. */
export function viewerOrNull(c: Context): Viewer | null {
  return principalOrNull(c) ? viewerOf(c) : null;
}
