import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { recordedName } from '../http/access.js';
import { IdempotencyHeaders } from '../http/fields.js';
import { once } from '../http/idempotency.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { findPatterns, patternWithTests } from './read.js';
import { PatternParams, PatternQuery, statementBody } from './requests.js';
import { PatternsAnswer, PatternWithTestsAnswer, StatedPatternAnswer } from './responses.js';
import { statePattern } from './state.js';

const path = '/api/ab/patterns';

const list = createRoute({
  method: 'get',
  path,
  summary: 'The pattern library: by meaning or words, or the most certain first',
  request: { query: PatternQuery },
  responses: { 200: answers('The patterns', PatternsAnswer), ...failures },
});

const one = createRoute({
  method: 'get',
  path: `${path}/{id}`,
  summary: 'A pattern with the tests for and against it',
  request: { params: PatternParams },
  responses: { 200: answers('The pattern', PatternWithTestsAnswer), ...failures },
});

const state = (withTokens: boolean) =>
  createRoute({
    method: 'post',
    path,
    summary: 'State a pattern in words; one that says the same gets it as another wording',
    request: { headers: IdempotencyHeaders, body: jsonBody(statementBody(withTokens)) },
    responses: { 200: answers('The pattern', StatedPatternAnswer), ...failures },
  });

/** `/api/ab/patterns`. */
export function patternRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(list, async (c) => c.json(await findPatterns(context, c.req.valid('query')), 200))
    .openapi(one, async (c) => c.json(await patternWithTests(context, c.req.valid('param').id), 200))
    .openapi(state(context.tokens.length > 0), async (c) => {
      const asked = c.req.valid('json');
      const body = { ...asked, by: recordedName(c, asked.by) };
      const given = await once(context, c, body, async () => ({
        body: await statePattern(context, body),
        status: 200 as const,
        isFinal: true,
      }));
      return c.json(given.body, 200);
    });
}
