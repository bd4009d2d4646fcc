import { worthOf } from '../../domain/forecast/worth.js';
import { compoundReport } from '../../domain/reporting/compound-report.js';
import { factsOf } from '../../domain/reporting/decided-test.js';
import { HOUR_MS } from '../../domain/time.js';
import type { ApiContext } from '../dependencies.js';
import { type ShownRows, showRows } from '../http/show-rows.js';
import { schedulerStatusOrStopped } from '../scheduler/status.js';
import {
  compoundReportToJson,
  dashboardToJson,
  forecastsToJson,
  type HistoryEntryJson,
  historyEntryToJson,
  type ReportJson,
} from './to-json.js';

const DASHBOARD_DAYS = 30;
/** The most promotions that the dashboard reads. */
const HISTORY_CAP = 1_000;
/** Promotions of the last `days` whose first phase is read back, newest first, `limit` at most. */
export async function promotionsOf(
  context: ApiContext,
  days: number,
  limit: number,
): Promise<ShownRows<HistoryEntryJson>> {
  const { store, clock } = context;
  const since = Math.max(0, (await clock.now()) - days * 24 * HOUR_MS);
  return showRows(
    context,
    await store.listPromotions({ since, limit }),
    ({ experiment }) => experiment.id,
    ({ experiment, promotion }) => historyEntryToJson(experiment, promotion, experiment.promotedAt!),
  );
}

/** The report on every experiment that was decided. */
export async function compoundOf(context: ApiContext): Promise<ReportJson> {
  const { store, clock } = context;
  // Read each test alone first: a test for which that fails is left out and named.
  const { shown, unreadable } = showRows(
    context,
    await store.listFinished(),
    ({ experiment }) => experiment.id,
    (test) => factsOf(test) && test,
  );
  if (shown.length === 0)
    return { total_experiments: 0, message: 'No experiment has been decided yet.', unreadable };
  const forecasts = worthOf(await store.listScores());
  return {
    ...compoundReportToJson(compoundReport(shown), await clock.now()),
    forecasts: forecastsToJson(forecasts),
    unreadable,
  };
}

export async function dashboardOf(context: ApiContext) {
  const [{ shown: winners }, report, scheduler, now] = await Promise.all([
    promotionsOf(context, DASHBOARD_DAYS, HISTORY_CAP),
    compoundOf(context),
    schedulerStatusOrStopped(context),
    context.clock.now(),
  ]);
  return dashboardToJson({ winners, report, scheduler, now });
}
