import { getConnInfo } from '@hono/node-server/conninfo';
import { type Context, Hono } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { cookieOptions, hostOf } from '../../api/http/access.js';
import { isLoopbackHost } from '../../api/http/loopback.js';
import { ownPath } from '../../api/http/paths.js';
import { newSession, SESSION_COOKIE, SESSION_MS } from '../../api/http/session.js';
import { type NamedToken, ownerOf } from '../../api/http/tokens.js';
import type { FrameOf } from '../frame.js';
import { render } from '../render.js';
import { Attempts } from './attempts.js';
import { NoSignInPage, SignInPage } from './page.js';

/** `/sign-in` and `/sign-out`. */
export function signInRoutes(tokens: readonly NamedToken[], frameOf: FrameOf): Hono {
  const attempts = new Attempts();

  const form = async (c: Context, to: string, error: string | null, status: 200 | 401 | 429) => {
    const frame = await frameOf(c);
    const csrf = c.get('csrf');
    return render(
      c,
      <SignInPage {...frame} to={to} csrf={csrf} error={error} insecure={isInsecure(c)} />,
      status,
    );
  };

  return new Hono()
    .get('/sign-in', async (c) => {
      if (tokens.length === 0) return render(c, <NoSignInPage {...(await frameOf(c))} />);
      const to = ownPath(c.req.query('to'));
      return c.get('signedIn') ? c.redirect(to, 303) : form(c, to, null, 200);
    })
    .post('/sign-in', async (c) => {
      const fields = new URLSearchParams(await c.req.text());
      const to = ownPath(fields.get('to') ?? undefined);
      if (tokens.length === 0) return c.redirect(to, 303);
      const client = addressOf(c);
      const waitSeconds = Math.ceil(attempts.waitMs(client) / 1000);
      if (waitSeconds > 0) {
        c.header('retry-after', String(waitSeconds));
        return form(c, to, `Too many failed attempts. Try again in ${waitSeconds} s.`, 429);
      }
      const owner = ownerOf(tokens, fields.get('token')?.trim() ?? '');
      if (!owner) {
        attempts.failed(client);
        return form(c, to, 'This token is not known. Check that it is complete.', 401);
      }
      setCookie(c, SESSION_COOKIE, newSession(owner, Date.now()), {
        ...cookieOptions(c),
        maxAge: SESSION_MS / 1000,
      });
      return c.redirect(to, 303);
    })
    .post('/sign-out', (c) => {
      deleteCookie(c, SESSION_COOKIE, cookieOptions(c));
      return c.redirect('/sign-in', 303);
    });
}

/** The browser would drop the cookie: it is `Secure`, and the page came over plain HTTP. */
function isInsecure(c: Context): boolean {
  const scheme = c.req.header('x-forwarded-proto') ?? new URL(c.req.url).protocol.replace(':', '');
  return scheme !== 'https' && !isLoopbackHost(hostOf(c));
}

function addressOf(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? 'unknown';
  } catch {
    // The app is called without a server.
    return 'unknown';
  }
}
