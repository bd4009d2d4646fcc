/** The frame of every page. */
import type { Child } from 'hono/jsx';
import type { Viewer } from './viewer.js';

export interface PageFrame {
  title: string;
  /** Path of the entry of the navigation that is marked as current. */
  current?: string;
  viewer: Viewer | null;
  environment: 'sandbox' | 'live';
  accountId: string;
  /** What the band of the sandbox says about its clock; null in live. */
  clock: string | null;
  /** Who engaged the kill switch, and why; null if it isn't engaged. */
  stopped: string | null;
  /** The account's present time with its zone. */
  time: string;
  /** Experiment time at which the page was made, epoch ms, and its pace: for countdowns. */
  pace: { now: number; scale: number };
  /** Whether changes are shown as they happen. */
  live?: boolean;
  /** For a client with a link: without navigation, which would lead to a sign-in. */
  forClient?: boolean;
  children?: Child;
}

const NAVIGATION = [
  { path: '/', name: 'Tests' },
  { path: '/experiments/new', name: 'New test' },
  { path: '/compound', name: 'Results' },
  { path: '/reports', name: 'Reports' },
  { path: '/account', name: 'Account and stop' },
];

export function Page(props: PageFrame) {
  const {
    title,
    current,
    viewer,
    environment,
    accountId,
    clock,
    stopped,
    time,
    pace,
    live,
    forClient = false,
    children,
  } = props;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · Auto-promotion</title>
        <link rel="stylesheet" href="/assets/style.css" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <script type="module" src="/assets/page.js"></script>
        <script type="module" src="/assets/countdown.js"></script>
      </head>
      <body data-live={live ? 'true' : undefined} data-now={String(pace.now)} data-scale={String(pace.scale)}>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        {environment === 'sandbox' && (
          <p class="band" role="note">
            Sandbox: a simulated Meta account, no real money. {clock}
          </p>
        )}
        {stopped !== null && !forClient && (
          <p class="band stopped" role="note">
            All budget writes are stopped by {stopped} <a href="/account">Account</a>
          </p>
        )}
        {!forClient && <Top current={current} viewer={viewer} accountId={accountId} />}
        <main id="main">{children}</main>
        <footer>
          <p>
            Times are in the account's time zone; it is {time}. {!forClient && <a href="/docs">API</a>}
          </p>
        </footer>
      </body>
    </html>
  );
}

function Top({ current, viewer, accountId }: Pick<PageFrame, 'current' | 'viewer' | 'accountId'>) {
  return (
    <header class="top">
      <a class="brand" href="/">
        Auto-promotion
      </a>
      <nav aria-label="Main">
        {NAVIGATION.map(({ path, name }) => (
          <a href={path} aria-current={path === current ? 'page' : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <p class="who">
        <span>{accountId}</span>
        {viewer?.signedIn && (
          <form method="post" action="/sign-out">
            <input type="hidden" name="csrf" value={viewer.csrf} />
            <span>
              {viewer.principal.name} ({viewer.principal.role})
            </span>
            <button type="submit" class="quiet">
              Sign out
            </button>
          </form>
        )}
      </p>
    </header>
  );
}
