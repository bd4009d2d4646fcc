import type { Context } from 'hono';
import { OPEN_ACCESS } from '../api/http/principal.js';
import type { Viewer } from './viewer.js';

/** Who looks at the page of this request. */
export function viewerOf(_: Context): Viewer {
  return { principal: OPEN_ACCESS, signedIn: false, csrf: '' };
}
