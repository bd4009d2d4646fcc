import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ControlKind } from '../../contract/messages.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { recordedName } from '../http/access.js';
import { ExperimentParams, IdempotencyHeaders } from '../http/fields.js';
import { once } from '../http/idempotency.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { controlsOf } from './read.js';
import { CheckBody, controlBodies } from './requests.js';
import { ControlAnswer, ControlsAnswer } from './responses.js';
import { type ControlRequest, sendControl } from './send-control.js';
import { controlToJson } from './to-json.js';

const SUMMARIES: Record<ControlKind, string> = {
  check: 'Look at the data now',
  pause: 'Stop checks and promotion; hold a rollout',
  resume: 'Continue after a pause or a hold',
  promote: 'Promote the leader by force, without statistics and approval',
  approve: 'Approve the promotion that waits for approval',
  drop: 'Take a challenger out of the comparison',
  extend: 'Make the planned duration of a test longer; only the rule anytime allows it',
  revert: 'Restore the budget of every ad set to its base',
  stop: 'End the experiment',
  resolve: 'End the state needs_attention, in which budgets differ from the ledger',
};

const control = <K extends ControlKind, Schema extends z.ZodType>(kind: K, body: Schema) =>
  createRoute({
    method: 'post',
    path: `/api/ab/experiments/{id}/${kind}`,
    summary: SUMMARIES[kind],
    request: { params: ExperimentParams, headers: IdempotencyHeaders, body: jsonBody(body) },
    responses: {
      200: answers('The outcome', ControlAnswer),
      202: answers('No outcome yet: look again later', ControlAnswer),
      ...failures,
    },
  });

const list = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/controls',
  summary: 'Its controls: who asked for what, why, and the outcome',
  request: { params: ExperimentParams },
  responses: { 200: answers('The controls', ControlsAnswer), ...failures },
});

/** `/api/ab/experiments/:id/controls` and `/api/ab/experiments/:id/<control>`. */
export function controlRoutes(context: ApiContext): OpenAPIHono {
  const bodies = controlBodies(context.tokens.length > 0);
  const answer = async <K extends ControlKind>(
    c: Context,
    id: string,
    kind: K,
    requested: Omit<ControlRequest<K>, 'by' | 'key'> & { by?: string | undefined },
  ) => {
    const by = recordedName(c, requested.by);
    // The rest of ControlRequest<K> is in `requested`; the compiler can't see through Omit of a type parameter.
    const body = { ...requested, by } as unknown as ControlRequest<K>;
    const experiment = await experimentOf(context, id);
    const given = await once(context, c, body, async () => {
      const asked = { ...body, key: c.req.header('idempotency-key') };
      const sent = await sendControl(context, experiment, kind, asked, context.checkWaitMs);
      const json = controlToJson(experiment, kind, sent);
      const isFinal = json.status === 'done';
      return { body: json, status: isFinal ? 200 : 202, isFinal };
    });
    return given.status === 200 ? c.json(given.body, 200) : c.json(given.body, 202);
  };

  return createRouter()
    .openapi(list, async (c) => {
      return c.json(await controlsOf(context, c.req.valid('param').id), 200);
    })
    .openapi(control('check', CheckBody), (c) => {
      const { by, reason = 'requested over the API' } = c.req.valid('json');
      const name = by ?? (context.tokens.length > 0 ? undefined : 'api');
      return answer(c, c.req.valid('param').id, 'check', { by: name, reason });
    })
    .openapi(control('pause', bodies.control), (c) =>
      answer(c, c.req.valid('param').id, 'pause', c.req.valid('json')),
    )
    .openapi(control('resume', bodies.control), (c) =>
      answer(c, c.req.valid('param').id, 'resume', c.req.valid('json')),
    )
    .openapi(control('promote', bodies.control), (c) =>
      answer(c, c.req.valid('param').id, 'promote', c.req.valid('json')),
    )
    .openapi(control('approve', bodies.control), (c) =>
      answer(c, c.req.valid('param').id, 'approve', c.req.valid('json')),
    )
    .openapi(control('drop', bodies.drop), (c) => {
      const { variant_id: variantId, ...asked } = c.req.valid('json');
      return answer(c, c.req.valid('param').id, 'drop', { ...asked, variantId });
    })
    .openapi(control('extend', bodies.extend), (c) => {
      const { horizon_days: horizonDays, ...asked } = c.req.valid('json');
      return answer(c, c.req.valid('param').id, 'extend', { ...asked, horizonDays });
    })
    .openapi(control('revert', bodies.control), (c) =>
      answer(c, c.req.valid('param').id, 'revert', c.req.valid('json')),
    )
    .openapi(control('stop', bodies.stop), (c) =>
      answer(c, c.req.valid('param').id, 'stop', c.req.valid('json')),
    )
    .openapi(control('resolve', bodies.resolve), (c) =>
      answer(c, c.req.valid('param').id, 'resolve', c.req.valid('json')),
    );
}
