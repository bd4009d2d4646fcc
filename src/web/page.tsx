/** The frame of every page. */
import type { Child } from 'hono/jsx';
import { BaseProvider, Link } from './parts/links.js';
import type { Viewer } from './viewer.js';
import { Explanations } from './words/word.js';

/** The account that a page is about. */
export interface FramedAccount {
  /** `act_…` */
  id: string;
  /** Null: it has no other name than its id. */
  name: string | null;
  /** Path under which its pages are, without a slash at its end; empty: at the root, since there is no other account. */
  base: string;
}

export interface PageFrame {
  title: string;
  /** Path of the entry of the navigation that is marked as current. */
  current?: string;
  viewer: Viewer | null;
  environment: 'sandbox' | 'live';
  /** Null: the page is about no single account. */
  account: FramedAccount | null;
  /** What the band of the sandbox says about its clock; null in live. */
  clock: string | null;
  /** Who engaged the kill switch, and why; null if it isn't engaged. */
  stopped: string | null;
  /** The account's present time with its zone; null: the page is about no single account. */
  time: string | null;
  /** Experiment time at which the page was made, epoch ms, and its pace: for countdowns. */
  pace: { now: number; scale: number };
  /** Whether changes are shown as they happen. */
  live?: boolean;
  /** Files of `/assets/` that only this page loads. */
  needs?: { styles: readonly string[]; scripts: readonly string[]; modules: readonly string[] };
  /** For a client with a link: without navigation, which would lead to a sign-in. */
  forClient?: boolean;
  children?: Child;
}

/** What a page needs for its frame. */
export type Frame = Omit<PageFrame, 'title' | 'children'>;

const NAVIGATION = [
  { path: '/', name: 'Tests' },
  { path: '/drafts', name: 'Drafts' },
  { path: '/experiments/new', name: 'New test' },
  { path: '/compound', name: 'Results' },
  { path: '/learn', name: 'Learn' },
  { path: '/reports', name: 'Reports' },
  { path: '/account', name: 'Account and stop' },
];

export function Page(props: PageFrame) {
  const {
    title,
    current,
    viewer,
    environment,
    account,
    clock,
    stopped,
    time,
    pace,
    live,
    needs,
    forClient = false,
    children,
  } = props;
  const base = account?.base ?? '';
  return (
    <BaseProvider value={base}>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{title} · Auto-promotion</title>
          <link rel="stylesheet" href={`${base}/assets/style.css`} />
          {needs?.styles.map((name) => (
            <link rel="stylesheet" href={`${base}/assets/${name}`} />
          ))}
          <link rel="icon" href={`${base}/assets/icon.svg`} type="image/svg+xml" />
          <script type="module" src={`${base}/assets/page.js`}></script>
          <script type="module" src={`${base}/assets/countdown.js`}></script>
          {needs?.scripts.map((name) => (
            <script defer src={`${base}/assets/${name}`}></script>
          ))}
          {needs?.modules.map((name) => (
            <script type="module" src={`${base}/assets/${name}`}></script>
          ))}
        </head>
        <body
          data-live={live ? 'true' : undefined}
          data-now={String(pace.now)}
          data-scale={String(pace.scale)}
        >
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
              All budget writes are stopped by {stopped} <Link href="/account">Account</Link>
            </p>
          )}
          {!forClient && <Top current={current} viewer={viewer} account={account} />}
          <main id="main">{children}</main>
          <footer>
            {time !== null && (
              <p>
                Times are in the account's time zone; it is {time}.{' '}
                {!forClient && (
                  <>
                    <Link href="/help">What the words mean</Link> · <Link href="/docs">API</Link>
                  </>
                )}
              </p>
            )}
          </footer>
          <Explanations />
        </body>
      </html>
    </BaseProvider>
  );
}

function Top({ current, viewer, account }: Pick<PageFrame, 'current' | 'viewer' | 'account'>) {
  return (
    <header class="top">
      <Link class="brand" href="/">
        Auto-promotion
      </Link>
      {account && (
        <nav aria-label="Main">
          {NAVIGATION.map(({ path, name }) => (
            <Link href={path} aria-current={path === current ? 'page' : undefined}>
              {name}
            </Link>
          ))}
        </nav>
      )}
      <p class="who">
        {account && account.base !== '' && <a href="/">All accounts</a>}
        {account && <span title={account.id}>{account.name ?? account.id}</span>}
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
