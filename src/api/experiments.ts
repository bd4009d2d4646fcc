import { randomBytes } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AdSetLeased } from '../clients/postgres/types.js';
import {
  DEFAULT_POLICY,
  EXPERIMENT_STATES,
  type Experiment,
  type ExperimentState,
  isEnded,
  type Policy,
} from '../domain/experiment.js';
import {
  ControlRowAnswer,
  CreatedAnswer,
  ExperimentAnswer,
  LedgerRowAnswer,
  LookAnswer,
  StatusAnswer,
} from './answers.js';
import { allowedByRecord, experimentOf } from './ask.js';
import type { ApiContext } from './context.js';
import {
  buildExperiment,
  type CreationProblem,
  policyProblems,
  problemsOf,
  readFromMeta,
  shapeProblems,
} from './creation.js';
import { ApiProblem } from './errors.js';
import { TemporalUnavailable } from './gateway.js';
import {
  controlRowToJson,
  experimentToJson,
  isoOrNull,
  ledgerRowToJson,
  lookToJson,
  policyFromJson,
} from './json.js';
import { experimentPath } from './result.js';
import { answers, createRouter, failures, jsonBody } from './routing.js';
import { ExperimentParams, NewExperiment, Page } from './schemas.js';

const ACTIVE_STATES: ExperimentState[] = EXPERIMENT_STATES.filter((state) => !isEnded(state));
const PAGE = 200;

const create = createRoute({
  method: 'post',
  path: '/api/ab/experiments',
  summary: 'Register an A/B test and start it',
  request: { body: jsonBody(NewExperiment) },
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
  request: {
    query: Page.extend({
      state: z.enum(EXPERIMENT_STATES, `must be one of ${EXPERIMENT_STATES.join(', ')}`).optional(),
    }),
  },
  responses: {
    200: answers(
      'A page of experiments',
      z.object({ experiments: z.array(ExperimentAnswer), count: z.int(), limit: z.int(), offset: z.int() }),
    ),
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
    200: answers(
      'A page of looks',
      z.object({ experiment_id: z.string(), looks: z.array(LookAnswer), count: z.int() }),
    ),
    ...failures,
  },
});

const ledger = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/ledger',
  summary: 'Its budget writes, one row an attempt',
  request: { params: ExperimentParams },
  responses: {
    200: answers(
      'The ledger',
      z.object({
        experiment_id: z.string(),
        currency: z.string(),
        ledger: z.array(LedgerRowAnswer),
        count: z.int(),
      }),
    ),
    ...failures,
  },
});

const controls = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/controls',
  summary: 'What was asked of it, by whom, why, and what came of it',
  request: { params: ExperimentParams },
  responses: {
    200: answers(
      'The controls',
      z.object({ experiment_id: z.string(), controls: z.array(ControlRowAnswer), count: z.int() }),
    ),
    ...failures,
  },
});

/** `/api/ab/experiments`: creating and reading. */
export function experimentRoutes(context: ApiContext): OpenAPIHono {
  const { store, gateway } = context;
  return createRouter()
    .openapi(create, async (c) => {
      const request = c.req.valid('json');
      const { experiment, isNew } = await createExperiment(context, request);
      const workflow = await startWorkflow(context, experiment);
      c.header('location', experimentPath(experiment.id));
      return c.json({ ...experimentToJson(experiment), ...workflow }, isNew ? 201 : 200);
    })
    .openapi(list, async (c) => {
      const { state, limit, offset } = c.req.valid('query');
      const found = await store.listExperiments({ ...(state ? { states: [state] } : {}), limit, offset });
      return c.json({ experiments: found.map(experimentToJson), count: found.length, limit, offset }, 200);
    })
    .openapi(one, async (c) => {
      const experiment = await experimentOf(context, c.req.valid('param').id);
      const status = isEnded(experiment.state) ? null : await gateway.status(experiment.id);
      const known = experimentToJson(experiment);
      if (status === null) {
        const allowed = [...allowedByRecord(experiment, await context.clock.now())];
        return c.json(
          {
            ...known,
            source: 'record',
            next_due_at: null,
            next_due: null,
            allowed,
            trouble: null,
            queued: 0,
          } as const,
          200,
        );
      }
      return c.json(
        {
          ...known,
          state: status.state,
          state_reason: status.stateReason,
          source: 'workflow',
          next_due_at: isoOrNull(status.nextDueAt),
          next_due: status.nextDue,
          allowed: status.allowed,
          trouble: status.trouble,
          queued: status.queued,
        } as const,
        200,
      );
    })
    .openapi(looks, async (c) => {
      const { id } = c.req.valid('param');
      const { currency } = await experimentOf(context, id);
      const found = await store.listDecisions(id, c.req.valid('query'));
      return c.json(
        { experiment_id: id, looks: found.map((look) => lookToJson(look, currency)), count: found.length },
        200,
      );
    })
    .openapi(ledger, async (c) => {
      const { id } = c.req.valid('param');
      const { currency } = await experimentOf(context, id);
      const rows = await store.listLedger(id);
      return c.json(
        { experiment_id: id, currency, ledger: rows.map(ledgerRowToJson), count: rows.length },
        200,
      );
    })
    .openapi(controls, async (c) => {
      const { id } = c.req.valid('param');
      await experimentOf(context, id);
      const rows = await store.listControls(id);
      return c.json({ experiment_id: id, controls: rows.map(controlRowToJson), count: rows.length }, 200);
    });
}

async function createExperiment(
  context: ApiContext,
  request: NewExperiment,
): Promise<{ experiment: Experiment; isNew: boolean }> {
  const { store, meta, clock, environment } = context;
  const policy = policyFromJson(request.policy, DEFAULT_POLICY);
  // Without a sound list of variants, what Meta says of them can't be laid beside it.
  const unsound = [...shapeProblems(request), ...policyProblems(policy)];
  if (unsound.length > 0) throw refused(unsound);

  const id = request.id ?? `exp_${randomBytes(5).toString('hex')}`;
  const startedAt = await clock.now();
  const registered = request.id === undefined ? null : await store.getExperiment(id);
  if (registered)
    return { experiment: await registerAgain(context, request, policy, registered), isNew: false };

  const adIds = request.variants.map((variant) => variant.ad_id);
  const [read, leases] = await Promise.all([readFromMeta(meta, adIds), leasedAdSets(context)]);
  const facts = { ...read, leases };
  const problems = problemsOf(request, policy, facts, startedAt);
  if (problems.length > 0) throw refused(problems);
  const adSetIds = facts.variants.map((variant) => variant!.adSet.id);
  const { id: accountId, currency } = facts.account;
  const wanted = buildExperiment(request, policy, {
    id,
    environment,
    accountId,
    currency,
    adSetIds,
    startedAt,
  });
  try {
    return { experiment: await store.createExperiment(wanted), isNew: true };
  } catch (error) {
    if (!(error instanceof AdSetLeased)) throw error;
    throw refused([
      {
        field: `variants[${adSetIds.indexOf(error.adSetId)}].ad_id`,
        message: `Ad set ${error.adSetId} is part of the live experiment ${error.experimentId}.`,
        leasedTo: error.experimentId,
      },
    ]);
  }
}

/** The store compares: the same content is answered as it stands, whatever Meta says of its ads by now. */
async function registerAgain(
  { store, environment }: ApiContext,
  request: NewExperiment,
  policy: Policy,
  { id, accountId, currency, variants, startedAt }: Experiment,
): Promise<Experiment> {
  const adSetIds = request.variants.map(
    (variant) => variants.find(({ adId }) => adId === variant.ad_id)?.adSetId ?? '',
  );
  return store.createExperiment(
    buildExperiment(request, policy, { id, environment, accountId, currency, adSetIds, startedAt }),
  );
}

/** All reasons at once; a conflict where leases are the only ones. */
function refused(problems: readonly CreationProblem[]): ApiProblem {
  const leasedTo = problems.map((problem) => problem.leasedTo);
  const conflict = leasedTo.every((holder) => holder !== undefined);
  const errors = problems.map(({ field, message }) => ({ field, message }));
  const detail = errors.map(({ field, message }) => `${field}: ${message}`).join(' ');
  return conflict
    ? new ApiProblem('ad_set_leased', detail, {
        errors,
        ...(leasedTo[0] ? { experimentId: leasedTo[0] } : {}),
      })
    : new ApiProblem('experiment_refused', detail, { errors });
}

/** Who holds which ad set now. The store's own check, at the insert, is the one that counts. */
async function leasedAdSets({ store }: ApiContext): Promise<Map<string, string>> {
  const leases = new Map<string, string>();
  for (let offset = 0; ; offset += PAGE) {
    const page = await store.listExperiments({ states: ACTIVE_STATES, limit: PAGE, offset });
    for (const { id, variants } of page) {
      for (const { adSetId } of variants) leases.set(adSetId, id);
    }
    if (page.length < PAGE) return leases;
  }
}

/** The record stands already: where Temporal is away, the reconciler starts the workflow later. */
async function startWorkflow(
  { gateway }: ApiContext,
  experiment: Experiment,
): Promise<{ workflow: 'started' | 'deferred'; note: string | null }> {
  if (isEnded(experiment.state)) return { workflow: 'deferred', note: 'The experiment has ended.' };
  try {
    await gateway.start(experiment);
    return { workflow: 'started', note: null };
  } catch (error) {
    if (!(error instanceof TemporalUnavailable)) throw error;
    return {
      workflow: 'deferred',
      note: 'Temporal does not answer; the experiment is registered and its workflow is started when Temporal is back.',
    };
  }
}
