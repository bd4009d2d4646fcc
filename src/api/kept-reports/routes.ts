import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { csvHeaders } from '../http/csv.js';
import { experimentId, oneOf, Page } from '../http/fields.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { keptReport, keptReports } from './read.js';
import { KeptReportAnswer, KeptReportsAnswer } from './responses.js';
import { reportToCsv } from './to-json.js';

const BASE = '/api/ab/reports';
const Params = z.object({
  id: experimentId().openapi({ param: { name: 'id', in: 'path' }, example: 'daily-2026-05-12' }),
});

const list = createRoute({
  method: 'get',
  path: BASE,
  summary: 'The daily and weekly reports, newest first',
  request: { query: Page.extend({ kind: oneOf(['daily', 'weekly']).optional() }) },
  responses: { 200: answers('The reports', KeptReportsAnswer), ...failures },
});

const one = createRoute({
  method: 'get',
  path: `${BASE}/{id}`,
  summary: 'One report with its figures, as it was made',
  request: { params: Params },
  responses: { 200: answers('The report', KeptReportAnswer), ...failures },
});

const csv = createRoute({
  method: 'get',
  path: `${BASE}/{id}/csv`,
  summary: 'The same report as CSV',
  request: { params: Params },
  responses: {
    200: {
      description:
        'The report, one row per promotion, experiment that waits for a user, started test, control and change of the kill switch',
      content: { 'text/csv': { schema: z.string() } },
    },
    ...failures,
  },
});

/** `/api/ab/reports`. */
export function keptReportRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(list, async (c) => {
      return c.json(await keptReports(context, c.req.valid('query')), 200);
    })
    .openapi(one, async (c) => c.json(await keptReport(context, c.req.valid('param').id), 200))
    .openapi(csv, async (c) => {
      const report = await keptReport(context, c.req.valid('param').id);
      return c.body(reportToCsv(report), 200, csvHeaders(report.id)) as never;
    });
}
