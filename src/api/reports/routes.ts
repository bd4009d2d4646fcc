import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { compoundOf, dashboardOf, promotionsOf } from './read.js';
import { HistoryQuery } from './requests.js';
import { CompoundReportAnswer, DashboardAnswer, EmptyReportAnswer, HistoryAnswer } from './responses.js';

const BASE = '/api/ab/auto-promote';

const history = createRoute({
  method: 'get',
  path: `${BASE}/history`,
  summary: 'Promotions, newest first; shadow promotions are marked',
  request: { query: HistoryQuery },
  responses: { 200: answers('The promotions', HistoryAnswer), ...failures },
});

const compound = createRoute({
  method: 'get',
  path: `${BASE}/compound-report`,
  summary: 'The combined improvement of all tests',
  responses: { 200: answers('The report', z.union([CompoundReportAnswer, EmptyReportAnswer])), ...failures },
});

const dashboard = createRoute({
  method: 'get',
  path: `${BASE}/dashboard`,
  summary: 'Recent winners, the compound report and the scheduler together',
  responses: { 200: answers('The dashboard', DashboardAnswer), ...failures },
});

/** `/api/ab/auto-promote/history`, `/compound-report` and `/dashboard`. */
export function reportRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(history, async (c) => {
      const { days_back, limit } = c.req.valid('query');
      const { shown, unreadable } = await promotionsOf(context, days_back, limit);
      return c.json({ history: shown, count: shown.length, days_back, unreadable }, 200);
    })
    .openapi(compound, async (c) => c.json(await compoundOf(context), 200))
    .openapi(dashboard, async (c) => c.json(await dashboardOf(context), 200));
}
