import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { recordedName, requireRole } from '../http/access.js';
import { IdempotencyHeaders } from '../http/fields.js';
import { once } from '../http/idempotency.js';
import { KILL_SWITCH_RELEASE } from '../http/needed-roles.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { turnKillSwitch } from './kill-switch.js';
import { killSwitchBody } from './requests.js';
import { AccountAnswer, KillSwitchResult } from './responses.js';

const one = createRoute({
  method: 'get',
  path: '/api/ab/account',
  summary: 'What limits the rollouts of the account: writes, kill switch, daily envelope',
  responses: { 200: answers('The account', AccountAnswer), ...failures },
});

const turn = (withTokens: boolean) =>
  createRoute({
    method: 'post',
    path: '/api/ab/account/kill-switch',
    summary: 'Hold every rollout of the account, or allow them to be resumed',
    request: { headers: IdempotencyHeaders, body: jsonBody(killSwitchBody(withTokens)) },
    responses: {
      200: answers('The kill switch, and the rollouts that it holds', KillSwitchResult),
      ...failures,
    },
  });

/** `/api/ab/account`. */
export function accountRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(one, async (c) => c.json(await context.account(), 200))
    .openapi(turn(context.tokens.length > 0), async (c) => {
      const asked = c.req.valid('json');
      if (!asked.engaged) requireRole(c, KILL_SWITCH_RELEASE, 'The release of the kill switch');
      const body = { ...asked, by: recordedName(c, asked.by) };
      const given = await once(context, c, body, async ({ key }) => {
        return { body: await turnKillSwitch(context, body, key), status: 200 as const, isFinal: true };
      });
      return c.json(given.body, 200);
    });
}
