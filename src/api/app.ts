import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { createForecaster } from '../activities/learning/forecaster.js';
import { createHooks } from '../clients/webhook/index.js';
import type { Description } from '../web/docs/description.js';
import { errorPage } from '../web/error-page.js';
import { errorFrameOf } from '../web/frame.js';
import { webRoutes } from '../web/routes.js';
import { accountReader } from './account/read.js';
import { accountRoutes } from './account/routes.js';
import { accountsRoutes } from './accounts/routes.js';
import { autoPromoteRoutes } from './auto-promote/routes.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { controlRoutes } from './controls/routes.js';
import type { ApiContext, ApiDependencies } from './dependencies.js';
import { draftRoutes } from './drafts/routes.js';
import { eventRoutes } from './events/routes.js';
import { experimentRoutes } from './experiments/routes.js';
import { forecastRoutes } from './forecasts/routes.js';
import { freezeRoutes } from './freezes/routes.js';
import { healthRoutes } from './health/routes.js';
import { hookRoutes } from './hooks/routes.js';
import { answerFailures } from './http/failures.js';
import { guard } from './http/guard.js';
import { createRouter } from './http/routing.js';
import { insightRoutes } from './insights/routes.js';
import { keptReportRoutes } from './kept-reports/routes.js';
import { lookRoutes } from './looks/routes.js';
import { Metrics } from './metrics/metrics.js';
import { metricRoutes } from './metrics/routes.js';
import { modelRoutes } from './model/routes.js';
import { overviewRoutes } from './overview/routes.js';
import { patternRoutes } from './patterns/routes.js';
import { pictureRoutes } from './pictures/routes.js';
import { reportRoutes } from './reports/routes.js';
import { rolloutRoutes } from './rollouts/routes.js';
import { schedulerRoutes } from './scheduler/routes.js';
import { scorecardRoutes } from './scorecard/routes.js';
import { seriesRoutes } from './series/routes.js';
import { setupRoutes } from './setup/routes.js';
import { createGateway, type Gateway } from './temporal/gateway.js';

const CHECK_WAIT_MS = 30_000;

/** What the routes of one account share. Tests pass a `gateway` for states that are slow to reach with a real Temporal. */
export function contextOf(
  dependencies: ApiDependencies,
  gateway: Gateway = createGateway({ ...dependencies.temporal, timeBase: dependencies.timeBase }),
): ApiContext {
  const { temporal: _, maxChecksAtOnce, checkWaitMs = CHECK_WAIT_MS, ...rest } = dependencies;
  return {
    ...rest,
    checkWaitMs,
    hooks: rest.hooks ?? createHooks([]),
    searchEncoders: rest.searchEncoders ?? [],
    base: rest.base ?? '',
    accountName: rest.accountName ?? null,
    gateway,
    forecaster: createForecaster({
      store: rest.store,
      encoders: rest.encoders ?? null,
      encoder: rest.encoder ?? 'use-lite',
      brandNames: rest.brandNames ?? [],
    }),
    account: accountReader(rest),
    checkLimit: new ConcurrencyLimit(maxChecksAtOnce),
    pauseLimit: new ConcurrencyLimit(maxChecksAtOnce),
  };
}

/** API and pages of one account. */
export function createApp(dependencies: ApiDependencies, gateway?: Gateway): OpenAPIHono {
  return accountApp(contextOf(dependencies, gateway));
}

/** API and pages of the account of a context. */
export function accountApp(context: ApiContext): OpenAPIHono {
  const app = createRouter();
  const frameOf = (c: Context) => errorFrameOf(context, c);
  answerFailures(app, (c, problem) => errorPage(frameOf, c, problem), context.onInternalError);

  const metrics = new Metrics(context);
  app.use('*', metrics.measure);
  guard(app, context.tokens, { base: context.base, accountId: context.meta.accountId });

  const about = {
    openapi: '3.1.0',
    ...(context.base === '' ? {} : { servers: [{ url: context.base }] }),
    security: [...(context.tokens.length === 0 ? [{}] : []), { token: [] }] as Record<string, string[]>[],
    info: {
      title: 'Auto-promotion of A/B test winners',
      version: '1',
      description: 'Instants are experiment time, ISO 8601 with Z. Failures are problem details (RFC 9457).',
    },
  };
  app.route('/', accountRoutes(context));
  app.route('/', freezeRoutes(context));
  app.route('/', setupRoutes(context));
  app.route('/', overviewRoutes(context));
  app.route('/', experimentRoutes(context));
  app.route('/', pictureRoutes(context));
  app.route('/', lookRoutes(context));
  app.route('/', seriesRoutes(context));
  app.route('/', forecastRoutes(context));
  app.route('/', draftRoutes(context));
  app.route('/', insightRoutes(context));
  app.route('/', modelRoutes(context));
  app.route('/', scorecardRoutes(context));
  app.route('/', rolloutRoutes(context));
  app.route('/', controlRoutes(context));
  app.route('/', autoPromoteRoutes(context));
  app.route('/', reportRoutes(context));
  app.route('/', schedulerRoutes(context));
  app.route('/', eventRoutes(context));
  app.route('/', keptReportRoutes(context));
  app.route('/', patternRoutes(context));
  app.route('/', hookRoutes(context));
  app.route(
    '/',
    accountsRoutes(() => [context]),
  );
  app.route('/', healthRoutes([context]));
  app.route('/', metricRoutes(metrics));
  app.route(
    '/',
    webRoutes(context, () => app.getOpenAPI31Document(about) as unknown as Description),
  );
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'the token of a user, if any is set',
  });
  app.doc31('/openapi.json', about);
  return app;
}
