import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { recordedName } from '../http/access.js';
import { ExperimentParams, IdempotencyHeaders, requesterName } from '../http/fields.js';
import { once } from '../http/idempotency.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { extractAgain, insightsOf } from './read.js';
import { InsightsAnswer } from './responses.js';

const path = '/api/ab/experiments/{id}/insights';

const read = createRoute({
  method: 'get',
  path,
  summary: 'What is said about why the winner won: claims with quotes, what was dropped and why, the cost',
  request: { params: ExperimentParams },
  responses: { 200: answers('The insights', InsightsAnswer), ...failures },
});

const again = (withTokens: boolean) =>
  createRoute({
    method: 'post',
    path,
    summary: 'Extract the insights of a test that has ended again',
    request: {
      params: ExperimentParams,
      headers: IdempotencyHeaders,
      body: jsonBody(z.strictObject({ by: requesterName(withTokens) }).openapi('ExtractionRequest')),
    },
    responses: { 202: answers('The extraction has been requested', InsightsAnswer), ...failures },
  });

/** `/api/ab/experiments/:id/insights`. */
export function insightRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(read, async (c) => {
      const experiment = await experimentOf(context, c.req.valid('param').id);
      return c.json(await insightsOf(context, experiment), 200);
    })
    .openapi(again(context.tokens.length > 0), async (c) => {
      const experiment = await experimentOf(context, c.req.valid('param').id);
      const by = recordedName(c, c.req.valid('json').by);
      const given = await once(context, c, { by }, async ({ key, madeId }) => ({
        body: await extractAgain(context, experiment, { by, key: key ?? madeId }),
        status: 202 as const,
        isFinal: true,
      }));
      return c.json(given.body, 202);
    });
}
