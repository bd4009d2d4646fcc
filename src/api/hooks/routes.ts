import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { hooksOf, testHook } from './read.js';
import { HooksAnswer, HookTestAnswer } from './responses.js';

const list = createRoute({
  method: 'get',
  path: '/api/ab/hooks',
  summary: 'The notification hooks: what each gets, what is pending, how the last posts went',
  responses: { 200: answers('The hooks', HooksAnswer), ...failures },
});

const test = createRoute({
  method: 'post',
  path: '/api/ab/hooks/{name}/test',
  summary: 'Send one test message now; the answer says what the hook said',
  request: { params: z.object({ name: z.string().openapi({ param: { name: 'name', in: 'path' } }) }) },
  responses: { 200: answers('What the hook said', HookTestAnswer), ...failures },
});

/** `/api/ab/hooks`. */
export function hookRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(list, async (c) => c.json({ hooks: await hooksOf(context) }, 200))
    .openapi(test, async (c) => c.json(await testHook(context, c.req.valid('param').name), 200));
}
