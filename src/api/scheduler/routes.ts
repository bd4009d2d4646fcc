import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { checkAll } from '../auto-promote/checks.js';
import type { ApiContext } from '../dependencies.js';
import { recordedName } from '../http/access.js';
import { isoOf } from '../http/format.js';
import { answers, createRouter, failures } from '../http/routing.js';
import { SchedulerAnswer, TriggerAnswer } from './responses.js';
import { schedulerStatus } from './status.js';

const status = createRoute({
  method: 'get',
  path: '/api/ab/auto-promote/scheduler/status',
  summary: 'The scheduled jobs and their next runs',
  responses: { 200: answers('The status', SchedulerAnswer), ...failures },
});

const trigger = createRoute({
  method: 'post',
  path: '/api/ab/auto-promote/scheduler/trigger',
  summary: 'Reconcile and check everything now',
  responses: { 200: answers('The outcome', TriggerAnswer), ...failures },
});

/** `/api/ab/auto-promote/scheduler`. */
export function schedulerRoutes(context: ApiContext): OpenAPIHono {
  return createRouter()
    .openapi(status, async (c) => c.json(await schedulerStatus(context), 200))
    .openapi(trigger, async (c) => {
      const triggeredAt = await context.clock.now();
      const reconciling = await context.gateway.triggerReconcile();
      const by = recordedName(c, context.tokens.length > 0 ? undefined : 'api');
      const { counts } = await checkAll(context, { by, reason: 'scheduler triggered' });
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
