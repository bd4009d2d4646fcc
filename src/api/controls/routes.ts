import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ControlKind } from '../../contract/messages.js';
import type { Experiment } from '../../domain/experiment.js';
import type { ApiContext } from '../context.js';
import { experimentOf, experimentPath } from '../experiments/by-id.js';
import { ExperimentParams, IdempotencyHeaders } from '../http/fields.js';
import { type Answered, once } from '../http/idempotency.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { lookToJson } from '../looks/to-json.js';
import { CheckBody, ControlBody, DropBody, ResolveBody, StopBody } from './requests.js';
import { ControlAnswer } from './responses.js';
import { type AskedFor, askFor } from './send.js';
import { pendingMessage } from './to-json.js';

const SUMMARIES: Record<ControlKind, string> = {
  check: 'Look at the data now',
  pause: 'No checks and no promotion; in a rollout, hold it',
  resume: 'Go on after a pause or a hold',
  promote: 'Promote the leader by force, without statistics and approval',
  approve: 'Approve the promotion that was asked for',
  drop: 'Compare a challenger no more',
  revert: 'Bring every ad set back to its base',
  stop: 'End the experiment',
  resolve: 'End the state in which money is not where the ledger says',
};

const control = <K extends ControlKind, Schema extends z.ZodType>(kind: K, body: Schema) =>
  createRoute({
    method: 'post',
    path: `/api/ab/experiments/{id}/${kind}`,
    summary: SUMMARIES[kind],
    request: { params: ExperimentParams, headers: IdempotencyHeaders, body: jsonBody(body) },
    responses: {
      200: answers('What came of it', ControlAnswer),
      202: answers('No outcome yet; look again', ControlAnswer),
      ...failures,
    },
  });

/** `/api/ab/experiments/:id/<control>`. */
export function controlRoutes(context: ApiContext): OpenAPIHono {
  const answer = async <K extends ControlKind>(c: Context, id: string, kind: K, asked: AskedFor<K>) => {
    const experiment = await experimentOf(context, id);
    const { key: _, ...body } = asked;
    const given = await once(context, c, body, () => outcomeOf(experiment, kind, asked));
    return given.status === 200 ? c.json(given.body, 200) : c.json(given.body, 202);
  };

  const outcomeOf = async <K extends ControlKind>(
    experiment: Experiment,
    kind: K,
    asked: AskedFor<K>,
  ): Promise<Answered<z.output<typeof ControlAnswer>, 200 | 202>> => {
    const { id } = experiment;
    const asking = await askFor(context, experiment, kind, asked, context.checkWaitMs);
    const about = {
      experiment_id: id,
      control_id: asking.controlId,
      control: kind,
      look_at: experimentPath(id),
    };
    switch (asking.kind) {
      case 'done': {
        const { state, message, decision } = asking.outcome;
        const look = decision && lookToJson(decision, experiment.currency);
        const body = { ...about, status: 'done' as const, state, message, decision: look };
        return { body, status: 200, stands: true };
      }
      case 'repeated': {
        const { state } = experiment;
        const body = { ...about, status: 'done' as const, state, message: asking.message, decision: null };
        return { body, status: 200, stands: true };
      }
      case 'pending':
      case 'signalled': {
        const message = pendingMessage(asking);
        const body = { ...about, status: 'pending' as const, state: null, message, decision: null };
        return { body, status: 202, stands: false };
      }
    }
  };

  return createRouter()
    .openapi(control('check', CheckBody), (c) => {
      const { by = 'api', reason = 'asked for over the API' } = c.req.valid('json');
      return answer(c, c.req.valid('param').id, 'check', { by, reason, key: keyOf(c) });
    })
    .openapi(control('pause', ControlBody), (c) =>
      answer(c, c.req.valid('param').id, 'pause', { ...c.req.valid('json'), key: keyOf(c) }),
    )
    .openapi(control('resume', ControlBody), (c) =>
      answer(c, c.req.valid('param').id, 'resume', { ...c.req.valid('json'), key: keyOf(c) }),
    )
    .openapi(control('promote', ControlBody), (c) =>
      answer(c, c.req.valid('param').id, 'promote', { ...c.req.valid('json'), key: keyOf(c) }),
    )
    .openapi(control('approve', ControlBody), (c) =>
      answer(c, c.req.valid('param').id, 'approve', { ...c.req.valid('json'), key: keyOf(c) }),
    )
    .openapi(control('drop', DropBody), (c) => {
      const { variant_id: variantId, ...asked } = c.req.valid('json');
      return answer(c, c.req.valid('param').id, 'drop', { ...asked, variantId, key: keyOf(c) });
    })
    .openapi(control('revert', ControlBody), (c) =>
      answer(c, c.req.valid('param').id, 'revert', { ...c.req.valid('json'), key: keyOf(c) }),
    )
    .openapi(control('stop', StopBody), (c) =>
      answer(c, c.req.valid('param').id, 'stop', { ...c.req.valid('json'), key: keyOf(c) }),
    )
    .openapi(control('resolve', ResolveBody), (c) =>
      answer(c, c.req.valid('param').id, 'resolve', { ...c.req.valid('json'), key: keyOf(c) }),
    );
}

function keyOf(c: Context): string | undefined {
  return c.req.header('idempotency-key');
}
