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
import { acceptsHtml, principalOf } from './http/access.js';
import { guard } from './http/guard.js';
import { isPage } from './http/paths.js';
import { ApiProblem, toProblem } from './http/problems.js';
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
  const pages = accountsPages(contexts[0], allowed);
  const app = createRouter();
  const answerTo = (c: Context, problem: ApiProblem) =>
    isPage(c.req.path) && acceptsHtml(c)
      ? errorPage(async (request) => pages.frameOf(request), c, problem)
      : problem.toResponse();
  app.onError((error, c) => {
    const problem = toProblem(error);
    if (problem.kind === 'internal') contexts[0].onInternalError?.(error, `${c.req.method} ${c.req.path}`);
    return answerTo(c, problem);
  });
  app.notFound((c) => answerTo(c, new ApiProblem('not_found', `There is nothing at ${c.req.path}.`)));
  // Before the guard: each account has its own, which also knows who may use it.
  for (const context of contexts) app.mount(context.base, accountApp(context).fetch);
  guard(app, tokens, { base: '', accountId: null });
  app.route('/', accountsRoutes(allowed));
  app.route('/', healthRoutes(contexts));
  app.route('/', assetRoutes());
  app.route(
    '/',
    signInRoutes(tokens, async (c) => pages.frameOf(c)),
  );
  app.route('/', pages.routes);
  return app;
}
