import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { recordedName } from '../http/access.js';
import { ExperimentParams, IdempotencyHeaders } from '../http/fields.js';
import { rounded } from '../http/format.js';
import { once } from '../http/idempotency.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { showRows } from '../http/show-rows.js';
import { daysToDetectTenPercent } from './creation/days-to-detect.js';
import { draftsOf } from './creation/drafts.js';
import { register, startWorkflow } from './creation/register.js';
import { cursorOf, placeOf } from './cursor.js';
import { experimentOf, experimentPath } from './lookup.js';
import { ExperimentQuery, newExperimentBody, registrationOf } from './requests.js';
import { CreatedAnswer, ExperimentsAnswer, StatusAnswer } from './responses.js';
import { statusOf } from './status.js';
import { experimentToJson } from './to-json.js';

const create = (withTokens: boolean) =>
  createRoute({
    method: 'post',
    path: '/api/ab/experiments',
    summary: 'Register an A/B test and start it',
    request: { headers: IdempotencyHeaders, body: jsonBody(newExperimentBody(withTokens)) },
    responses: {
      201: answers('The test has started', CreatedAnswer),
      200: answers('The same test was already registered', CreatedAnswer),
      ...failures,
    },
  });

const list = createRoute({
  method: 'get',
  path: '/api/ab/experiments',
  summary: 'Experiments, newest first',
  request: { query: ExperimentQuery },
  responses: { 200: answers('A page of experiments', ExperimentsAnswer), ...failures },
});

const one = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}',
  summary: 'One experiment, with its current state',
  request: { params: ExperimentParams },
  responses: { 200: answers('The experiment', StatusAnswer), ...failures },
});

/** How long a repeated creation waits for the answer of the first, real ms: only the first one has the warnings. */
const FIRST_CREATION_MS = 10_000;

/** `/api/ab/experiments` and `/api/ab/experiments/:id`. */
export function experimentRoutes(context: ApiContext): OpenAPIHono {
  const { store } = context;
  return createRouter()
    .openapi(create(context.tokens.length > 0), async (c) => {
      const body = c.req.valid('json');
      const drafts = await draftsOf(context, body.draft_ids);
      const request = registrationOf(body, (by) => recordedName(c, by), drafts);
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
        return { body, status: isNew ? (201 as const) : (200 as const), isFinal: true };
      };
      const given = await once(context, c, request, create, FIRST_CREATION_MS);
      c.header('location', context.base + experimentPath(given.body.experiment_id));
      return c.json(given.body, given.status);
    })
    .openapi(list, async (c) => {
      const { state, limit, offset, cursor } = c.req.valid('query');
      const states = state ? { states: [state] } : {};
      const after = cursor === undefined ? null : placeOf(cursor);
      // One more than asked for: it says whether there is a next page.
      const found = await store.listExperiments({
        ...states,
        limit: limit + 1,
        offset,
        ...(after ? { after } : {}),
      });
      const page = found.slice(0, limit);
      const { shown, unreadable } = showRows(context, page, ({ id }) => id, experimentToJson);
      const count = await store.countExperiments(states);
      const next_cursor = found.length > limit ? cursorOf(page.at(-1)!) : null;
      return c.json({ experiments: shown, count, limit, offset, next_cursor, unreadable }, 200);
    })
    .openapi(one, async (c) => {
      const experiment = await experimentOf(context, c.req.valid('param').id);
      return c.json(await statusOf(context, experiment), 200);
    });
}
