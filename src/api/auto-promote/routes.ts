import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { recordedName } from '../http/access.js';
import { IdempotencyHeaders } from '../http/fields.js';
import { isoOf } from '../http/format.js';
import { once } from '../http/idempotency.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { checkAll, checkOne } from './checks.js';
import { AutoPromoteCheck } from './requests.js';
import { CheckAllAnswer, CheckResult } from './responses.js';

const check = createRoute({
  method: 'post',
  path: '/api/ab/auto-promote/check',
  summary: 'Check one experiment now and wait for the outcome',
  request: { headers: IdempotencyHeaders, body: jsonBody(AutoPromoteCheck) },
  responses: {
    200: answers('The result', CheckResult),
    202: answers('No outcome yet: the status is pending', CheckResult),
    ...failures,
  },
});

const all = createRoute({
  method: 'post',
  path: '/api/ab/auto-promote/check-all',
  summary: 'Check every experiment that is under test',
  responses: { 200: answers('One result per experiment, and counts', CheckAllAnswer), ...failures },
});

/** `/api/ab/auto-promote/check` and `/check-all`: endpoints that existing callers know. */
export function autoPromoteRoutes(context: ApiContext): OpenAPIHono {
  const withTokens = context.tokens.length > 0;
  const unnamed = withTokens ? undefined : 'api';
  return createRouter()
    .openapi(check, async (c) => {
      const sent = c.req.valid('json');
      const by = recordedName(c, sent.by ?? unnamed);
      // Without a name in the request, the kept answer belongs to the owner of the token all the same.
      const body = withTokens ? { ...sent, by } : sent;
      const experiment = await experimentOf(context, body.experiment_id);
      const given = await once(context, c, body, async ({ key }) => {
        const request = {
          by,
          reason: body.reason ?? 'requested over the API',
          force: body.force_promotion,
          key,
        };
        const result = await checkOne(context, experiment, request, context.checkWaitMs);
        const isFinal = result.status !== 'pending';
        return { body: result, status: isFinal ? 200 : 202, isFinal };
      });
      return c.json(given.body, given.status);
    })
    .openapi(all, async (c) => {
      const asked = { by: recordedName(c, unnamed), reason: 'check of all experiments' };
      const { results, counts } = await checkAll(context, asked);
      return c.json({ ...counts, results, checked_at: isoOf(await context.clock.now()) }, 200);
    });
}
