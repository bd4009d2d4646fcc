import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { KillSwitch } from '../../domain/rollout/gate.js';
import { sendControl } from '../controls/send-control.js';
import type { ApiContext } from '../dependencies.js';
import { experimentsIn } from '../experiments/lookup.js';
import { recordedName, requireRole } from '../http/access.js';
import { IdempotencyHeaders } from '../http/fields.js';
import { once } from '../http/idempotency.js';
import { KILL_SWITCH_RELEASE } from '../http/needed-roles.js';
import { ApiProblem } from '../http/problems.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { killSwitchToJson } from './read.js';
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
        // This stops all rollouts: each write reads the kill switch first. The pauses below only make the state show it.
        const event = await context.store.setKillSwitch({ ...body, at: await context.clock.now() }, key);
        if (!event) throw new ApiProblem('kill_switch_released', 'The kill switch is not engaged.');
        // A repeated request may come after the release of the kill switch: then there is nothing to hold.
        const holds = event.engaged && (await context.store.killSwitch())?.engaged === true;
        const outcome = holds ? await holdAll(context, event) : { held: [], pending: [] };
        return { body: { ...killSwitchToJson(event), ...outcome }, status: 200 as const, isFinal: true };
      });
      return c.json(given.body, 200);
    });
}

/** Pauses every rollout. `pending`: those whose workflows have not paused within the wait for all of them. */
async function holdAll(
  context: ApiContext,
  { by, reason }: KillSwitch,
): Promise<{ held: string[]; pending: string[] }> {
  const experiments = await experimentsIn(context, ['rolling_out', 'held']);
  const rollouts = experiments.filter(({ state }) => state === 'rolling_out');
  const held = experiments.filter(({ state }) => state === 'held').map(({ id }) => id);
  const pending: string[] = [];
  await context.pauseLimit.each(rollouts, context.checkWaitMs, async (experiment, leftMs) => {
    const asked = { by, reason: `Kill switch: ${reason}` };
    const done = await sendControl(context, experiment, 'pause', asked, leftMs).then(
      ({ kind }) => kind === 'done',
      () => false,
    );
    (done ? held : pending).push(experiment.id);
  });
  return { held: held.sort(), pending: pending.sort() };
}
