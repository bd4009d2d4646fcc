import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { ExperimentParams } from '../http/fields.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { experimentSeries } from './read.js';
import { SeriesQuery } from './requests.js';
import { SeriesAnswer } from './responses.js';

const series = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/series',
  summary: 'What each ad did per hour or day, by the newest reading',
  request: { params: ExperimentParams, query: SeriesQuery },
  responses: { 200: answers('The series of every ad', SeriesAnswer), ...failures },
});

/** `/api/ab/experiments/:id/series`. */
export function seriesRoutes(context: ApiContext): OpenAPIHono {
  return createRouter().openapi(series, async (c) => {
    const { bucket } = c.req.valid('query');
    return c.json(await experimentSeries(context, c.req.valid('param').id, bucket), 200);
  });
}
