import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { csvHeaders } from '../http/csv.js';
import { ExperimentParams } from '../http/fields.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { scorecardOf } from './read.js';
import { ScorecardAnswer } from './responses.js';
import { scorecardToCsv } from './to-csv.js';

const BASE = '/api/ab/experiments/{id}/scorecard';

const one = createRoute({
  method: 'get',
  path: BASE,
  summary:
    'One experiment on one page: figures, what was moved, who decided, and what the figures do not say',
  request: { params: ExperimentParams },
  responses: { 200: answers('The scorecard', ScorecardAnswer), ...failures },
});

const csv = createRoute({
  method: 'get',
  path: `${BASE}/csv`,
  summary: 'The same scorecard as CSV',
  request: { params: ExperimentParams },
  responses: {
    200: {
      description:
        'The scorecard, one row per ad, pair, budget write, control and caveat. Amounts are major units of the currency in their row',
      content: { 'text/csv': { schema: z.string() } },
    },
    ...failures,
  },
});

/** `/api/ab/experiments/:id/scorecard`. */
export function scorecardRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(one, async (c) => c.json(await scorecardOf(context, c.req.valid('param').id), 200))
    .openapi(csv, async (c) => {
      const card = await scorecardOf(context, c.req.valid('param').id);
      return c.body(scorecardToCsv(card), 200, csvHeaders(`scorecard-${card.experiment_id}`)) as never;
    });
}
