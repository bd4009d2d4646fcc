import type { z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem } from '../http/problems.js';
import { showRows } from '../http/show-rows.js';
import type { KeptReportsAnswer } from './responses.js';
import { headToJson, type KeptReportJson, reportToJson } from './to-json.js';

/** A page of the kept reports, the newest first. */
export async function keptReports(
  context: Pick<ApiContext, 'store' | 'onInternalError'>,
  { kind, limit, offset }: { kind?: 'daily' | 'weekly' | undefined; limit: number; offset: number },
): Promise<z.output<typeof KeptReportsAnswer>> {
  const reports = await context.store.listReports({ kind, limit, offset });
  const total = await context.store.countReports({ kind });
  const { shown, unreadable } = showRows(context, reports, ({ id }) => id, headToJson);
  return { reports: shown, total, limit, offset, unreadable };
}

/** A kept report. @throws ApiProblem `not_found` */
export async function keptReport({ store }: Pick<ApiContext, 'store'>, id: string): Promise<KeptReportJson> {
  const report = await store.getReport(id);
  if (!report) throw new ApiProblem('not_found', `There is no report ${id}.`);
  return reportToJson(report);
}
