import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { accountsPages } from '../web/accounts/pages.js';
import { assetRoutes } from '../web/assets.js';
import { errorPage } from '../web/error-page.js';
import { signInRoutes } from '../web/sign-in/routes.js';
import { accountsRoutes } from './accounts/routes.js';
import { accountApp } from './app.js';
import type { ApiContext } from './dependencies.js';
import { healthRoutes } from './health/routes.js';
import { principalOf } from './http/access.js';
import { answerFailures } from './http/failures.js';
import { guard } from './http/guard.js';
import { createRouter } from './http/routing.js';
import { mayUse, type NamedToken } from './http/tokens.js';

/**
 * API and pages of several accounts. Each account is an app of its own under its `base` and reads by its own context; at
 * the root are one sign-in for all, and the accounts side by side.
 */
export function createAccountsApp(
  contexts: readonly [ApiContext, ...ApiContext[]],
  tokens: readonly NamedToken[],
): OpenAPIHono {
  const allowed = (c: Context): ApiContext[] => {
    const { name } = principalOf(c);
    const owner = tokens.length === 0 ? {} : tokens.find((token) => token.name === name);
    return owner ? contexts.filter(({ meta }) => mayUse(owner, meta.accountId)) : [];
  };
  const { routes, frameOf } = accountsPages(contexts[0], allowed);
  const app = createRouter();
  answerFailures(app, (c, problem) => errorPage(frameOf, c, problem), contexts[0].onInternalError);
  // Before the guard: each account has its own, which also knows who may use it.
  for (const context of contexts) app.mount(context.base, accountApp(context).fetch);
  guard(app, tokens, { base: '', accountId: null });
  app.route('/', accountsRoutes(allowed));
  app.route('/', healthRoutes(contexts));
  app.route('/', assetRoutes());
  app.route('/', signInRoutes(tokens, frameOf));
  app.route('/', routes);
  return app;
}
