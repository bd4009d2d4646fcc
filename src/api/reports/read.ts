import type { DeliveryWindow } from '../../clients/postgres/programme.js';
import type { FinishedExperiment } from '../../clients/postgres/types.js';
import { bucketsOf } from '../../domain/experiment.js';
import { worthOf } from '../../domain/forecast/worth.js';
import { compoundReport } from '../../domain/reporting/compound-report.js';
import { factsOf } from '../../domain/reporting/decided-test.js';
import { programmeOf } from '../../domain/reporting/programme.js';
import { HOUR_MS } from '../../domain/time.js';
import { verificationWindow } from '../../domain/verification/window.js';
import type { ApiContext } from '../dependencies.js';
import { type ShownRows, showRows } from '../http/show-rows.js';
import { schedulerStatusOrStopped } from '../scheduler/status.js';
import { type ProgrammeRecord, programmeToJson } from './programme-to-json.js';
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
/** Of an API without settings. */
const DEFAULT_MANUAL_MINUTES = 10;

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
  const now = await clock.now();
  const report = compoundReport(shown);
  const delivered = await store.deliveredIn(shown.flatMap(windowThatCounts));
  return {
    ...compoundReportToJson(report, now),
    ...programmeToJson(report, programmeOf(shown, delivered, report), await recordOf(context, now)),
    forecasts: forecastsToJson(worthOf(await store.listScores())),
    unreadable,
  };
}

/** The time in which a verified promotion saves money, see `savings.ts`; none for another test. */
function windowThatCounts({ experiment, promotion, verification }: FinishedExperiment): DeliveryWindow[] {
  if (verification?.outcome !== 'verified' || promotion === null || experiment.promotedAt === null) return [];
  const { until } = verificationWindow(experiment.policy, promotion.phasesDone);
  return [
    {
      experimentId: experiment.id,
      granularity: bucketsOf(experiment.policy),
      since: experiment.promotedAt,
      endedBy: Math.min(until, verification.dueAt),
      seenUntil: verification.seenUntil,
    },
  ];
}

async function recordOf(
  { store, manualMinutesPerCheck = DEFAULT_MANUAL_MINUTES }: ApiContext,
  now: number,
): Promise<ProgrammeRecord> {
  return {
    figures: await store.figures(now),
    reports: await store.countReports({}),
    patterns: await store.patternSummary(),
    insights: await store.insightSummary(),
    // Claude is paid in real months.
    claudeSpent: await store.spentInMonth(Date.now()),
    minutesEach: manualMinutesPerCheck,
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
