import type { z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { experimentOf } from '../experiments/lookup.js';
import { showRows } from '../http/show-rows.js';
import type { ControlsAnswer } from './responses.js';
import { controlRowToJson } from './to-json.js';

/** Who asked for what, why, and what came of it, in order. @throws ApiProblem 404 */
export async function controlsOf(context: ApiContext, id: string): Promise<z.output<typeof ControlsAnswer>> {
  await experimentOf(context, id);
  const rows = await context.store.listControls(id);
  const { shown, unreadable } = showRows(context, rows, (row) => row.controlId, controlRowToJson);
  return { experiment_id: id, controls: shown, count: rows.length, unreadable };
}
