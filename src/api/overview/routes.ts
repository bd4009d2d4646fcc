import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { overviewOf } from './read.js';
import { OverviewQuery } from './requests.js';
import { OverviewAnswer } from './responses.js';

const list = createRoute({
  method: 'get',
  path: '/api/ab/overview',
  summary:
    'All experiments at a glance: who leads, what moved, what comes next, and which need someone to act',
  request: { query: OverviewQuery },
  responses: { 200: answers('The experiments', OverviewAnswer), ...failures },
});

/** `/api/ab/overview`. */
export function overviewRoutes(context: ApiContext): OpenAPIHono {
  return createRouter().openapi(list, async (c) =>
    c.json(await overviewOf(context, c.req.valid('query')), 200),
  );
}
