import { type Frame, Page } from '../page.js';
import { Form, Link } from '../parts/links.js';

/** `csrf`: of the visitor's session. `error`: why the last attempt failed. */
export function SignInPage({
  to,
  csrf,
  error,
  insecure,
  ...frame
}: Frame & {
  to: string;
  csrf: string;
  error: string | null;
  insecure: boolean;
}) {
  return (
    <Page title="Sign in" {...frame}>
      <h1>Sign in</h1>
      {insecure && (
        <p class="warn" role="note">
          This page came without encryption, so the browser won’t keep you signed in. Open it over https.
        </p>
      )}
      <Form method="post" action="/sign-in" class="card">
        <input type="hidden" name="csrf" value={csrf} />
        <input type="hidden" name="to" value={to} />
        <p class="field">
          <label for="token">Your token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            aria-describedby={error ? 'token-error' : 'token-hint'}
            aria-invalid={error ? 'true' : undefined}
          />
          {error ? (
            <span class="error" id="token-error" role="alert">
              {error}
            </span>
          ) : (
            <span class="muted" id="token-hint">
              Whoever runs this service gave it to you. You stay signed in for 12 hours.
            </span>
          )}
        </p>
        <p class="actions">
          <button type="submit">Sign in</button>
        </p>
      </Form>
    </Page>
  );
}

/** Shown if no token is set. */
export function NoSignInPage(frame: Frame) {
  return (
    <Page title="Sign in" {...frame}>
      <h1>Nobody needs to sign in</h1>
      <p>
        No token is set, so everyone on this machine may do everything. <Link href="/">To the tests</Link>
      </p>
    </Page>
  );
}
