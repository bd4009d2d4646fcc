import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { HOUR_MS } from '../../domain/time.js';
import type { ApiContext } from '../context.js';
import { experimentOf } from '../experiments/by-id.js';
import { IdempotencyHeaders } from '../http/fields.js';
import { isoOf } from '../http/format.js';
import { once } from '../http/idempotency.js';
import { answers, createRouter, failures, jsonBody } from '../http/routing.js';
import { HistoryQuery } from '../reports/requests.js';
import {
  CompoundReportAnswer,
  DashboardAnswer,
  EmptyReportAnswer,
  HistoryAnswer,
} from '../reports/responses.js';
import { SchedulerAnswer, TriggerAnswer } from '../scheduler/responses.js';
import { checkAll, checkOne, countsOf } from './checks.js';
import { history, report } from './history.js';
import { AutoPromoteCheck } from './requests.js';
import { CheckAllAnswer, CheckResult } from './responses.js';
import { schedulerStatus, schedulerStatusOrStopped } from './scheduler.js';
import { Turns } from './turns.js';

const BASE = '/api/ab/auto-promote';
const RECENT_DAYS = 7;
const WINNER_DAYS = 30;
const WINNERS_SHOWN = 10;
const HISTORY_CAP = 1000;

const check = createRoute({
  method: 'post',
  path: `${BASE}/check`,
  summary: 'Check one experiment now and wait for the outcome',
  request: { headers: IdempotencyHeaders, body: jsonBody(AutoPromoteCheck) },
  responses: {
    200: answers('The result', CheckResult),
    202: answers('No outcome yet: status is pending', CheckResult),
    ...failures,
  },
});
const all = createRoute({
  method: 'post',
  path: `${BASE}/check-all`,
  summary: 'Check every experiment that is under test',
  responses: { 200: answers('A result an experiment, and counts', CheckAllAnswer), ...failures },
});
const past = createRoute({
  method: 'get',
  path: `${BASE}/history`,
  summary: 'Promotions, newest first; those in shadow are marked',
  request: { query: HistoryQuery },
  responses: { 200: answers('The promotions', HistoryAnswer), ...failures },
});
const compound = createRoute({
  method: 'get',
  path: `${BASE}/compound-report`,
  summary: 'What all tests have gained together',
  responses: { 200: answers('The report', z.union([CompoundReportAnswer, EmptyReportAnswer])), ...failures },
});
const dashboard = createRoute({
  method: 'get',
  path: `${BASE}/dashboard`,
  summary: 'All of it at a glance',
  responses: { 200: answers('The dashboard', DashboardAnswer), ...failures },
});
const status = createRoute({
  method: 'get',
  path: `${BASE}/scheduler/status`,
  summary: 'What runs by itself, and when next',
  responses: { 200: answers('The status', SchedulerAnswer), ...failures },
});
const trigger = createRoute({
  method: 'post',
  path: `${BASE}/scheduler/trigger`,
  summary: 'Reconcile and check everything now',
  responses: { 200: answers('What came of it', TriggerAnswer), ...failures },
});

/** `/api/ab/auto-promote`: the endpoints that older callers know. */
export function autoPromoteRoutes(context: ApiContext): OpenAPIHono {
  const { clock, gateway, checkWaitMs } = context;
  const turns = new Turns(context.maxChecksAtOnce);
  return createRouter()
    .openapi(check, async (c) => {
      const body = c.req.valid('json');
      const experiment = await experimentOf(context, body.experiment_id);
      const given = await once(context, c, body, async ({ key }) => {
        const request = {
          by: body.by ?? 'api',
          reason: body.reason ?? 'asked for over the API',
          force: body.force_promotion,
          key,
        };
        const result = await checkOne(context, experiment, request, checkWaitMs);
        const stands = result.status !== 'pending';
        return { body: result, status: stands ? 200 : 202, stands };
      });
      return c.json(given.body, given.status);
    })
    .openapi(all, async (c) => {
      const checked = await checkAll(context, { by: 'api', reason: 'check of all experiments' }, turns);
      return c.json(
        { ...countsOf(checked), results: checked.results, checked_at: isoOf(await clock.now()) },
        200,
      );
    })
    .openapi(past, async (c) => {
      const { days_back, limit } = c.req.valid('query');
      const { shown, unreadable } = await history(context, days_back, limit);
      return c.json({ history: shown, count: shown.length, days_back, unreadable }, 200);
    })
    .openapi(compound, async (c) => c.json(await report(context), 200))
    .openapi(dashboard, async (c) => {
      const [{ shown: winners }, compoundLearning, scheduler, now] = await Promise.all([
        history(context, WINNER_DAYS, HISTORY_CAP),
        report(context),
        schedulerStatusOrStopped(context),
        clock.now(),
      ]);
      const since = now - RECENT_DAYS * 24 * HOUR_MS;
      const isRecent = ({ shadow, promoted_at }: (typeof winners)[number]) =>
        !shadow && Date.parse(promoted_at) >= since;
      const known = 'successful_promotions' in compoundLearning ? compoundLearning : null;
      return c.json(
        {
          summary: {
            recent_promotions_7d: winners.filter(isRecent).length,
            avg_confidence: known?.avg_confidence ?? 0,
            avg_confidence_note: known?.avg_confidence_note ?? null,
            avg_improvement_pct: known?.avg_improvement_per_test ?? 0,
            shrunk_avg_improvement_pct: known?.shrunk_avg_improvement_per_test ?? 0,
            verified_avg_improvement_pct: known?.verified_avg_improvement_per_test ?? null,
            total_experiments: compoundLearning.total_experiments,
            compound_improvement_pct: known?.compound_improvement_pct ?? 0,
            shrunk_compound_improvement_pct: known?.shrunk_compound_improvement_pct ?? 0,
            verified_compound_improvement_pct: known?.verified_compound_improvement_pct ?? null,
          },
          recent_winners: winners.slice(0, WINNERS_SHOWN),
          compound_learning: compoundLearning,
          scheduler,
          generated_at: isoOf(now),
        },
        200,
      );
    })
    .openapi(status, async (c) => c.json(await schedulerStatus(context), 200))
    .openapi(trigger, async (c) => {
      const triggeredAt = await clock.now();
      const reconciling = await gateway.triggerReconcile();
      const checked = await checkAll(context, { by: 'api', reason: 'scheduler triggered' }, turns);
      const counts = countsOf(checked);
      return c.json(
        {
          status: counts.pending > 0 ? ('started' as const) : ('completed' as const),
          triggered_at: isoOf(triggeredAt),
          reconcile: reconciling ? ('triggered' as const) : ('unavailable' as const),
          ...counts,
        },
        200,
      );
    });
}
