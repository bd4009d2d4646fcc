import type { z } from '@hono/zod-openapi';
import type { Decision } from '../../domain/decision/decision.js';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { showRows } from '../http/show-rows.js';
import type { LooksAnswer } from './responses.js';
import { lookToJson } from './to-json.js';

/** A page of an experiment's decisions, the latest first. @throws ApiProblem 404 */
export async function looksOf(
  context: ApiContext,
  id: string,
  page: { limit: number; offset: number },
): Promise<z.output<typeof LooksAnswer>> {
  const { currency } = await experimentOf(context, id);
  const found = await context.store.listDecisions(id, page);
  const show = (look: Decision) => lookToJson(look, currency);
  const { shown, unreadable } = showRows(context, found, (look) => `look ${look.lookNumber}`, show);
  // Looks are numbered from 1 without a gap.
  const count = (await context.store.latestDecision(id))?.lookNumber ?? 0;
  return { experiment_id: id, looks: shown, count, unreadable };
}
