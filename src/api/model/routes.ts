import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { modelStatus } from './read.js';
import { ModelAnswer } from './responses.js';

const model = createRoute({
  method: 'get',
  path: '/api/ab/model',
  summary: 'What was learned from finished tests, and what the forecasts have been worth',
  responses: { 200: answers('The model and its worth', ModelAnswer), ...failures },
});

/** `/api/ab/model`. */
export function modelRoutes(context: ApiContext): OpenAPIHono {
  return createRouter().openapi(model, async (c) => c.json(await modelStatus(context), 200));
}
