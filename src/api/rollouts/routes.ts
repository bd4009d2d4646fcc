import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { ExperimentParams } from '../http/fields.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { gatesOf, ledgerOf } from './read.js';
import { GatesAnswer, LedgerAnswer } from './responses.js';

const ledger = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/ledger',
  summary: 'Its budget writes, one row per attempt',
  request: { params: ExperimentParams },
  responses: { 200: answers('The ledger', LedgerAnswer), ...failures },
});

const gates = createRoute({
  method: 'get',
  path: '/api/ab/experiments/{id}/gates',
  summary: 'The findings before each phase; in shadow also the budgets that would have been written',
  request: { params: ExperimentParams },
  responses: { 200: answers('The gates', GatesAnswer), ...failures },
});

/** `/api/ab/experiments/:id/ledger` and `/gates`. */
export function rolloutRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(ledger, async (c) => c.json(await ledgerOf(context, c.req.valid('param').id), 200))
    .openapi(gates, async (c) => c.json(await gatesOf(context, c.req.valid('param').id), 200));
}
