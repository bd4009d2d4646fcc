import { Hono } from 'hono';
import type { ApiContext } from '../api/dependencies.js';
import { accountPages } from './account/pages.js';
import { assetRoutes } from './assets.js';
import { clientLinkPages } from './client-link/pages.js';
import { compoundPages } from './compound/pages.js';
import type { Description } from './docs/description.js';
import { docsRoutes } from './docs/routes.js';
import { draftPages } from './drafts/pages.js';
import { experimentPages } from './experiment/pages.js';
import { frameOf } from './frame.js';
import { homePages } from './home/pages.js';
import { learnPages } from './learn/pages.js';
import { newTestPages } from './new/pages.js';
import { reportPages } from './reports/pages.js';
import { scorecardPages } from './scorecard/pages.js';
import { seriesPages } from './series/pages.js';
import { signInRoutes } from './sign-in/routes.js';
import { wordPages } from './words/pages.js';

/** The routes of the pages about one subject. Each route needs an entry in `NEEDED_ROLES`. */
export type PageRoutes = (context: ApiContext) => Hono;

/** All pages, in the order in which a path is looked up. A new subject is added here. */
const PAGES: readonly PageRoutes[] = [
  homePages,
  // Before the page of an experiment, whose address would take it for an id.
  newTestPages,
  experimentPages,
  seriesPages,
  scorecardPages,
  accountPages,
  compoundPages,
  draftPages,
  learnPages,
  reportPages,
  clientLinkPages,
  wordPages,
];

/** Everything that a browser opens. `describe`: makes the description of the API for its page. */
export function webRoutes(context: ApiContext, describe: () => Description): Hono {
  const web = new Hono().route('/', assetRoutes()).route('/', docsRoutes(context, describe));
  // One of several accounts: users sign in once for all of them.
  if (context.base === '')
    web.route(
      '/',
      signInRoutes(context.tokens, (c) => frameOf(context, c)),
    );
  for (const routes of PAGES) web.route('/', routes(context));
  return web;
}
