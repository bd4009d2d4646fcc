import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { replayDecision } from '../../activities/recompute-decision.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { ExperimentParams, Page } from '../http/fields.js';
import { ApiProblem } from '../http/problems.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { looksOf } from './read.js';
import { LookParams } from './requests.js';
import { LooksAnswer, ReplayAnswer } from './responses.js';

const list = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/looks',
  summary: 'Its decisions, one per look',
  request: { params: ExperimentParams, query: Page },
  responses: { 200: answers('A page of looks', LooksAnswer), ...failures },
});

const replay = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/looks/{look}/replay',
  summary: 'A stored decision, computed again from the data that it used',
  request: { params: LookParams },
  responses: {
    200: answers('Whether the decision is the same, and what differs', ReplayAnswer),
    ...failures,
  },
});

/** `/api/ab/experiments/:id/looks`. */
export function lookRoutes(context: ApiContext): OpenAPIHono {
  const { store } = context;
  return createRouter()
    .openapi(list, async (c) => {
      return c.json(await looksOf(context, c.req.valid('param').id, c.req.valid('query')), 200);
    })
    .openapi(replay, async (c) => {
      const { id, look } = c.req.valid('param');
      await experimentOf(context, id);
      const answer = await replayDecision(store, id, look === 'latest' ? null : Number(look));
      if (!answer) throw new ApiProblem('not_found', `There is no look ${look} of experiment ${id}.`);
      const { lookNumber, same, differences, reworded } = answer;
      return c.json({ experiment_id: id, look_number: lookNumber, same, differences, reworded }, 200);
    });
}
