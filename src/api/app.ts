import type { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { createHooks } from '../clients/webhook/index.js';
import { accountReader } from './account/read.js';
import { accountRoutes } from './account/routes.js';
import { autoPromoteRoutes } from './auto-promote/routes.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { controlRoutes } from './controls/routes.js';
import type { ApiContext, ApiDependencies } from './dependencies.js';
import { experimentRoutes } from './experiments/routes.js';
import { healthRoutes } from './health/routes.js';
import { hookRoutes } from './hooks/routes.js';
import { bearerAuth, ownHost, sameOrigin } from './http/access.js';
import { knownMethods, methodsByPath } from './http/methods.js';
import { ApiProblem, toProblem } from './http/problems.js';
import { createRouter } from './http/routing.js';
import { keptReportRoutes } from './kept-reports/routes.js';
import { lookRoutes } from './looks/routes.js';
import { reportRoutes } from './reports/routes.js';
import { rolloutRoutes } from './rollouts/routes.js';
import { schedulerRoutes } from './scheduler/routes.js';
import { createGateway, type Gateway } from './temporal/gateway.js';

const CHECK_WAIT_MS = 30_000;
const BODY_LIMIT = 1024 * 1024;

/** The whole HTTP API. Tests pass a `gateway` for states that are slow to reach with a real Temporal. */
export function createApp(
  dependencies: ApiDependencies,
  gateway: Gateway = createGateway({ ...dependencies.temporal, timeBase: dependencies.timeBase }),
): OpenAPIHono {
  const { temporal: _, maxChecksAtOnce, checkWaitMs = CHECK_WAIT_MS, ...rest } = dependencies;
  const context: ApiContext = {
    ...rest,
    checkWaitMs,
    hooks: rest.hooks ?? createHooks([]),
    gateway,
    account: accountReader(rest),
    checkLimit: new ConcurrencyLimit(maxChecksAtOnce),
    pauseLimit: new ConcurrencyLimit(maxChecksAtOnce),
  };
  const app = createRouter();

  app.onError((error, c) => {
    const problem = toProblem(error);
    if (problem.kind === 'internal') context.onInternalError?.(error, `${c.req.method} ${c.req.path}`);
    return problem.toResponse();
  });
  app.notFound((c) => new ApiProblem('not_found', `There is nothing at ${c.req.path}.`).toResponse());

  app.use('*', ownHost(context.apiToken));
  app.use('/api/*', bearerAuth(context.apiToken));
  app.use('*', sameOrigin);
  app.use('*', bodyLimit({ maxSize: BODY_LIMIT }));
  app.use(
    '*',
    knownMethods(() => methods),
  );
  app.use('/api/*', async (c, next) => {
    const type = c.req.method === 'POST' ? c.req.header('content-type') : undefined;
    if (type !== undefined && !/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type))
      throw new ApiProblem('unsupported_media_type', `The body is ${type}; send application/json.`);
    return next();
  });

  app.route('/', accountRoutes(context));
  app.route('/', experimentRoutes(context));
  app.route('/', lookRoutes(context));
  app.route('/', rolloutRoutes(context));
  app.route('/', controlRoutes(context));
  app.route('/', autoPromoteRoutes(context));
  app.route('/', reportRoutes(context));
  app.route('/', schedulerRoutes(context));
  app.route('/', keptReportRoutes(context));
  app.route('/', hookRoutes(context));
  app.route('/', healthRoutes(context));
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'API_TOKEN, if one is set',
  });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    security: [...(context.apiToken === null ? [{}] : []), { token: [] }],
    info: {
      title: 'Auto-promotion of A/B test winners',
      version: '1',
      description: 'Instants are experiment time, ISO 8601 with Z. Failures are problem details (RFC 9457).',
    },
  });
  const methods = methodsByPath(app.routes);
  return app;
}
