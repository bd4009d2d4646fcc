import type { z } from '@hono/zod-openapi';
import { promotionOfWinner } from '../../contract/records.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { showRows } from '../http/show-rows.js';
import type { GatesAnswer, LedgerAnswer } from './responses.js';
import { budgetReallocationToJson, gateToJson, ledgerRowToJson } from './to-json.js';

/** Every attempt to write one of its budgets, in order. @throws ApiProblem 404 */
export async function ledgerOf(context: ApiContext, id: string): Promise<z.output<typeof LedgerAnswer>> {
  const { store } = context;
  const experiment = await experimentOf(context, id);
  const [rows, promotion] = await Promise.all([store.listLedger(id), store.getPromotion(id)]);
  const { shown, unreadable } = showRows(context, rows, (row) => String(row.sequence), ledgerRowToJson);
  return {
    experiment_id: id,
    currency: experiment.currency,
    budget_reallocation: budgetReallocationToJson(experiment, promotionOfWinner(promotion), rows),
    ledger: shown,
    count: rows.length,
    unreadable,
  };
}

/** What its gates found, in order. @throws ApiProblem 404 */
export async function gatesOf(context: ApiContext, id: string): Promise<z.output<typeof GatesAnswer>> {
  const { currency } = await experimentOf(context, id);
  const rows = await context.store.listGates(id);
  const { shown, unreadable } = showRows(context, rows, ({ phase }) => phase, gateToJson);
  return { experiment_id: id, currency, gates: shown, count: rows.length, unreadable };
}
