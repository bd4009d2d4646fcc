import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { compoundReport } from '../../domain/reporting/compound-report.js';
import { factsOf } from '../../domain/reporting/decided-test.js';
import { HOUR_MS } from '../../domain/time.js';
import type { ApiContext } from '../dependencies.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { type ShownRows, showRows } from '../http/show-rows.js';
import { schedulerStatusOrStopped } from '../scheduler/status.js';
import { HistoryQuery } from './requests.js';
import { CompoundReportAnswer, DashboardAnswer, EmptyReportAnswer, HistoryAnswer } from './responses.js';
import {
  compoundReportToJson,
  dashboardToJson,
  type HistoryEntryJson,
  historyEntryToJson,
  type ReportJson,
} from './to-json.js';

const BASE = '/api/ab/auto-promote';

const history = createRoute({
  method: 'get',
  path: `${BASE}/history`,
  summary: 'Promotions, newest first; shadow promotions are marked',
  request: { query: HistoryQuery },
  responses: { 200: answers('The promotions', HistoryAnswer), ...failures },
});

const compound = createRoute({
  method: 'get',
  path: `${BASE}/compound-report`,
  summary: 'The combined improvement of all tests',
  responses: { 200: answers('The report', z.union([CompoundReportAnswer, EmptyReportAnswer])), ...failures },
});

const dashboard = createRoute({
  method: 'get',
  path: `${BASE}/dashboard`,
  summary: 'Recent winners, the compound report and the scheduler together',
  responses: { 200: answers('The dashboard', DashboardAnswer), ...failures },
});

const DASHBOARD_DAYS = 30;
/** The most promotions that the dashboard reads. */
const HISTORY_CAP = 1_000;
/** More than any limit: promotions that were refused in their first phase are dropped after they are read. */
const OPENED_CAP = 2_000;

/** `/api/ab/auto-promote/history`, `/compound-report` and `/dashboard`. */
export function reportRoutes(context: ApiContext): OpenAPIHono {
  const { store, clock } = context;

  /** Promotions of the last `days` whose first phase is read back, newest first, `limit` at most. */
  const promotions = async (days: number, limit: number): Promise<ShownRows<HistoryEntryJson>> => {
    const since = Math.max(0, (await clock.now()) - days * 24 * HOUR_MS);
    const found = await store.listPromotions({ since, limit: OPENED_CAP });
    const promoted = found.filter(({ experiment }) => experiment.promotedAt !== null).slice(0, limit);
    return showRows(
      context,
      promoted,
      ({ experiment }) => experiment.id,
      ({ experiment, promotion }) => historyEntryToJson(experiment, promotion, experiment.promotedAt!),
    );
  };

  /** The report on every experiment that was decided. */
  const report = async (): Promise<ReportJson> => {
    // Read each test alone first: a test for which that fails is left out and named.
    const { shown, unreadable } = showRows(
      context,
      await store.listFinished(),
      ({ experiment }) => experiment.id,
      (test) => factsOf(test) && test,
    );
    if (shown.length === 0)
      return { total_experiments: 0, message: 'No experiment has been decided yet.', unreadable };
    return { ...compoundReportToJson(compoundReport(shown), await clock.now()), unreadable };
  };

  return createRouter()
    .openapi(history, async (c) => {
      const { days_back, limit } = c.req.valid('query');
      const { shown, unreadable } = await promotions(days_back, limit);
      return c.json({ history: shown, count: shown.length, days_back, unreadable }, 200);
    })
    .openapi(compound, async (c) => c.json(await report(), 200))
    .openapi(dashboard, async (c) => {
      const [{ shown: winners }, learning, scheduler, now] = await Promise.all([
        promotions(DASHBOARD_DAYS, HISTORY_CAP),
        report(),
        schedulerStatusOrStopped(context),
        clock.now(),
      ]);
      return c.json(dashboardToJson({ winners, report: learning, scheduler, now }), 200);
    });
}
