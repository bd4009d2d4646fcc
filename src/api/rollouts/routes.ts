import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { promotionOfWinner } from '../../contract/records.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { ExperimentParams } from '../http/fields.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { showRows } from '../http/show-rows.js';
import { GatesAnswer, LedgerAnswer } from './responses.js';
import { budgetReallocationToJson, gateToJson, ledgerRowToJson } from './to-json.js';

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
  const { store } = context;
  return createRouter()
    .openapi(ledger, async (c) => {
      const { id } = c.req.valid('param');
      const experiment = await experimentOf(context, id);
      const [rows, promotion] = await Promise.all([store.listLedger(id), store.getPromotion(id)]);
      const { shown, unreadable } = showRows(context, rows, (row) => String(row.sequence), ledgerRowToJson);
      return c.json(
        {
          experiment_id: id,
          currency: experiment.currency,
          budget_reallocation: budgetReallocationToJson(experiment, promotionOfWinner(promotion), rows),
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
      const { shown, unreadable } = showRows(context, rows, ({ phase }) => phase, gateToJson);
      return c.json({ experiment_id: id, currency, gates: shown, count: rows.length, unreadable }, 200);
    });
}
