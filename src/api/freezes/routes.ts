import { randomUUID } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { recordedName } from '../http/access.js';
import { IdempotencyHeaders, text } from '../http/fields.js';
import { once } from '../http/idempotency.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { removeFreezeWindow, setFreezeWindow } from './change.js';
import { changeToJson, freezesOf, windowToJson } from './read.js';
import { freezeWindowBody, removalBody } from './requests.js';
import { FreezeChangeAnswer, FreezesAnswer, FreezeWindowAnswer } from './responses.js';

const path = '/api/ab/account/freeze-windows';

const list = createRoute({
  method: 'get',
  path,
  summary: 'The freeze windows of the account: in them no phase of a rollout begins',
  responses: { 200: answers('The windows, and every change of them', FreezesAnswer), ...failures },
});

const add = (withTokens: boolean) =>
  createRoute({
    method: 'post',
    path,
    summary: 'Set a freeze window, weekly or dated',
    request: { headers: IdempotencyHeaders, body: jsonBody(freezeWindowBody(withTokens)) },
    responses: { 200: answers('The window', FreezeWindowAnswer), ...failures },
  });

const WindowParams = z.object({ id: text(64).openapi({ param: { name: 'id', in: 'path' } }) });

const remove = (withTokens: boolean) =>
  createRoute({
    method: 'post',
    path: `${path}/{id}/remove`,
    summary: 'Remove a freeze window; what it holds goes on',
    request: { params: WindowParams, headers: IdempotencyHeaders, body: jsonBody(removalBody(withTokens)) },
    responses: { 200: answers('The change', FreezeChangeAnswer), ...failures },
  });

/** `/api/ab/account/freeze-windows`. */
export function freezeRoutes(context: ApiContext): OpenAPIHono {
  const withTokens = context.tokens.length > 0;
  return createRouter()
    .openapi(list, async (c) => c.json(await freezesOf(context), 200))
    .openapi(add(withTokens), async (c) => {
      const asked = c.req.valid('json');
      const body = { ...asked, by: recordedName(c, asked.by) };
      const given = await once(context, c, body, async ({ key }) => {
        const { kind, from, to, ...rest } = body;
        const times = { kind, from, to } as Parameters<typeof setFreezeWindow>[1]['times'];
        const event = await setFreezeWindow(context, { ...rest, times }, { id: randomUUID(), key });
        const answer = windowToJson(event, await context.clock.now());
        return { body: answer, status: 200 as const, isFinal: true };
      });
      return c.json(given.body, 200);
    })
    .openapi(remove(withTokens), async (c) => {
      const asked = c.req.valid('json');
      const { id } = c.req.valid('param');
      const body = { ...asked, by: recordedName(c, asked.by) };
      const given = await once(context, c, body, async ({ key }) => {
        const event = await removeFreezeWindow(context, id, body, key);
        return { body: changeToJson(event), status: 200 as const, isFinal: true };
      });
      return c.json(given.body, 200);
    });
}
