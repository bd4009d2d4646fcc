import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { replayDecision } from '../../activities/recompute-decision.js';
import type { ApiContext } from '../context.js';
import { ControlsAnswer } from '../controls/responses.js';
import { controlRowToJson } from '../controls/to-json.js';
import { ExperimentParams, IdempotencyHeaders, Page } from '../http/fields.js';
import { rounded } from '../http/format.js';
import { once } from '../http/idempotency.js';
import { ApiProblem } from '../http/problems.js';
import { readable } from '../http/readable.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { LookParams } from '../looks/requests.js';
import { LooksAnswer, ReplayAnswer } from '../looks/responses.js';
import { lookToJson } from '../looks/to-json.js';
import { GatesAnswer, LedgerAnswer } from '../rollouts/responses.js';
import { gateToJson, ledgerRowToJson } from '../rollouts/to-json.js';
import { experimentOf, experimentPath } from './by-id.js';
import { register, startWorkflow } from './creation/registration.js';
import { daysToDetectTenPercent } from './creation/traffic.js';
import { ExperimentQuery, NewExperiment } from './requests.js';
import { CreatedAnswer, ExperimentsAnswer, StatusAnswer } from './responses.js';
import { reallocationOf, statusOf } from './status.js';
import { experimentToJson } from './to-json.js';

const create = createRoute({
  method: 'post',
  path: '/api/ab/experiments',
  summary: 'Register an A/B test and start it',
  request: { headers: IdempotencyHeaders, body: jsonBody(NewExperiment) },
  responses: {
    201: answers('The test has started', CreatedAnswer),
    200: answers('The same test was registered before', CreatedAnswer),
    ...failures,
  },
});

const list = createRoute({
  method: 'get',
  path: '/api/ab/experiments',
  summary: 'Experiments, newest first',
  request: { query: ExperimentQuery },
  responses: {
    200: answers('A page of experiments', ExperimentsAnswer),
    ...failures,
  },
});

const one = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}',
  summary: 'One experiment, with its state as of now',
  request: { params: ExperimentParams },
  responses: { 200: answers('The experiment', StatusAnswer), ...failures },
});

const looks = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/looks',
  summary: 'Its decisions, one a look',
  request: { params: ExperimentParams, query: Page },
  responses: {
    200: answers('A page of looks', LooksAnswer),
    ...failures,
  },
});

const replayed = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/looks/{look}/replay',
  summary: 'A stored decision, computed again from the versions that it saw',
  request: { params: LookParams },
  responses: {
    200: answers('Whether it is the same, and what differs', ReplayAnswer),
    ...failures,
  },
});

const ledger = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/ledger',
  summary: 'Its budget writes, one row an attempt',
  request: { params: ExperimentParams },
  responses: {
    200: answers('The ledger', LedgerAnswer),
    ...failures,
  },
});

const gates = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/gates',
  summary: 'What was found before each phase; in shadow also what would have been written',
  request: { params: ExperimentParams },
  responses: {
    200: answers('The gates', GatesAnswer),
    ...failures,
  },
});

const controls = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/controls',
  summary: 'What was asked of it, by whom, why, and what came of it',
  request: { params: ExperimentParams },
  responses: {
    200: answers('The controls', ControlsAnswer),
    ...failures,
  },
});

/** How long a creation waits for the answer of an equal one under its key: that one has the warnings. */
const FIRST_CREATION_MS = 10_000;

/** `/api/ab/experiments`: creating and reading. */
export function experimentRoutes(context: ApiContext): OpenAPIHono {
  const { store } = context;
  return createRouter()
    .openapi(create, async (c) => {
      const request = c.req.valid('json');
      const create = async ({ madeId }: { madeId: string }) => {
        const { experiment, isNew, warnings } = await register(context, request, `exp_${madeId}`);
        const workflow = await startWorkflow(context, experiment);
        const days = await daysToDetectTenPercent(context.meta, experiment, await context.clock.now());
        const body = {
          ...experimentToJson(experiment),
          ...workflow,
          warnings,
          days_to_detect_10_percent: days === null ? null : rounded(days, 1),
        };
        return { body, status: isNew ? (201 as const) : (200 as const), stands: true };
      };
      const given = await once(context, c, request, create, FIRST_CREATION_MS);
      c.header('location', experimentPath(given.body.experiment_id));
      return c.json(given.body, given.status);
    })
    .openapi(list, async (c) => {
      const { state, limit, offset } = c.req.valid('query');
      const found = await store.listExperiments({ ...(state ? { states: [state] } : {}), limit, offset });
      const { shown, unreadable } = readable(context, found, ({ id }) => id, experimentToJson);
      const count = await store.countExperiments(state ? { states: [state] } : {});
      return c.json({ experiments: shown, count, limit, offset, unreadable }, 200);
    })
    .openapi(one, async (c) => {
      const experiment = await experimentOf(context, c.req.valid('param').id);
      return c.json(await statusOf(context, experiment), 200);
    })
    .openapi(looks, async (c) => {
      const { id } = c.req.valid('param');
      const { currency } = await experimentOf(context, id);
      const found = await store.listDecisions(id, c.req.valid('query'));
      const show = (look: (typeof found)[number]) => lookToJson(look, currency);
      const { shown, unreadable } = readable(context, found, (look) => `look ${look.lookNumber}`, show);
      // Looks are numbered from 1 without a gap.
      const count = (await store.latestDecision(id))?.lookNumber ?? 0;
      return c.json({ experiment_id: id, looks: shown, count, unreadable }, 200);
    })
    .openapi(replayed, async (c) => {
      const { id, look } = c.req.valid('param');
      await experimentOf(context, id);
      const answer = await replayDecision(store, id, look === 'latest' ? null : Number(look));
      if (!answer) throw new ApiProblem('not_found', `There is no look ${look} of experiment ${id}.`);
      const { lookNumber, same, differences } = answer;
      return c.json({ experiment_id: id, look_number: lookNumber, same, differences }, 200);
    })
    .openapi(ledger, async (c) => {
      const { id } = c.req.valid('param');
      const experiment = await experimentOf(context, id);
      const rows = await store.listLedger(id);
      const { shown, unreadable } = readable(context, rows, (row) => String(row.sequence), ledgerRowToJson);
      return c.json(
        {
          experiment_id: id,
          currency: experiment.currency,
          budget_reallocation: await reallocationOf(context, experiment, rows),
          ledger: shown,
          count: rows.length,
          unreadable,
        },
        200,
      );
    })
    .openapi(gates, async (c) => {
      const { id } = c.req.valid('param');
      const { currency } = await experimentOf(context, id);
      const rows = await store.listGates(id);
      const { shown, unreadable } = readable(context, rows, ({ phase }) => phase, gateToJson);
      return c.json({ experiment_id: id, currency, gates: shown, count: rows.length, unreadable }, 200);
    })
    .openapi(controls, async (c) => {
      const { id } = c.req.valid('param');
      await experimentOf(context, id);
      const rows = await store.listControls(id);
      const { shown, unreadable } = readable(context, rows, (row) => row.controlId, controlRowToJson);
      return c.json({ experiment_id: id, controls: shown, count: rows.length, unreadable }, 200);
    });
}
