import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { experimentId, oneOf, Page } from '../http/fields.js';
import { ApiProblem } from '../http/problems.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { showRows } from '../http/show-rows.js';
import { KeptReportAnswer, KeptReportsAnswer } from './responses.js';
import { headToJson, type KeptReportJson, reportToCsv, reportToJson } from './to-json.js';

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
      description: 'The report, one row per promotion and per experiment that waits for a user',
      content: { 'text/csv': { schema: z.string() } },
    },
    ...failures,
  },
});

/** `/api/ab/reports`. */
export function keptReportRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(list, async (c) => {
      const { kind, limit, offset } = c.req.valid('query');
      const reports = await context.store.listReports({ kind, limit, offset });
      const total = await context.store.countReports({ kind });
      const { shown, unreadable } = showRows(context, reports, ({ id }) => id, headToJson);
      return c.json({ reports: shown, total, limit, offset, unreadable }, 200);
    })
    .openapi(one, async (c) => c.json(await keptReport(context, c.req.valid('param').id), 200))
    .openapi(csv, async (c) => {
      const report = await keptReport(context, c.req.valid('param').id);
      return c.body(reportToCsv(report), 200, {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${report.id}.csv"`,
      }) as never;
    });
}

/** A kept report. @throws ApiProblem `not_found` */
export async function keptReport({ store }: Pick<ApiContext, 'store'>, id: string): Promise<KeptReportJson> {
  const report = await store.getReport(id);
  if (!report) throw new ApiProblem('not_found', `There is no report ${id}.`);
  return reportToJson(report);
}
