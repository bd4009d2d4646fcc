import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { creativeOf } from '../experiments/creation/build-experiment.js';
import { ExperimentParams } from '../http/fields.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { experimentForecast, forecastDrafts } from './read.js';
import { ForecastBody } from './requests.js';
import { ExperimentForecastAnswer, ForecastAnswer } from './responses.js';

const drafts = createRoute({
  method: 'post',
  path: '/api/ab/forecasts',
  summary: 'Which of these drafts wins: advice that no decision and no budget reads',
  request: { body: jsonBody(ForecastBody) },
  responses: { 200: answers('The forecast', ForecastAnswer), ...failures },
});

const ofExperiment = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/forecast',
  summary: 'What was forecast of a test before its first look, and how it did',
  request: { params: ExperimentParams },
  responses: { 200: answers('The forecast and its score', ExperimentForecastAnswer), ...failures },
});

/** `/api/ab/forecasts` and the forecast of an experiment. */
export function forecastRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(drafts, async (c) => {
      const { drafts: bodies, ...asked } = c.req.valid('json');
      const creatives = bodies.map(creativeOf);
      const patternIds = bodies.map(({ pattern_ids: ids = [] }) => ids);
      return c.json(await forecastDrafts(context, { ...asked, creatives, patternIds }), 200);
    })
    .openapi(ofExperiment, async (c) =>
      c.json(await experimentForecast(context, c.req.valid('param').id), 200),
    );
}
