import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { answers, createRouter, failures } from '../http/routing.js';
import type { Delivery } from '../temporal/gateway.js';
import { HealthAnswer, ReadyAnswer } from './responses.js';

const healthz = createRoute({
  method: 'get',
  path: '/healthz',
  security: [],
  summary: 'Whether the parts that the API needs answer, and whether controls reach their workflows',
  responses: {
    ...failures,
    200: answers('All of them answer; degraded: controls must be sent as signals', HealthAnswer),
    503: answers('A part does not answer, or controls reach no workflow', HealthAnswer),
  },
});

const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  security: [],
  summary: 'Whether the service can work: its parts answer, and its disk can be written to',
  responses: {
    ...failures,
    200: answers('It can', ReadyAnswer),
    503: answers('It cannot', ReadyAnswer),
  },
});

/**
 * `/healthz` and `/readyz` of accounts that share Postgres, Temporal and a disk. They need no token, so they say only which
 * part fails.
 */
export function healthRoutes(accounts: readonly [ApiContext, ...ApiContext[]]): OpenAPIHono {
  const [{ store, gateway, dataFolder }] = accounts;
  const answering = (part: Promise<void>) =>
    part.then(
      () => 'ok' as const,
      () => 'unavailable' as const,
    );
  const parts = async () => {
    const [postgres, temporal] = await Promise.all([answering(store.ping()), answering(gateway.ping())]);
    return { postgres, temporal, controls: worstOf(accounts.map((account) => account.gateway.delivery())) };
  };
  const isDown = (found: Record<string, string | null>) =>
    Object.values(found).some((state) => state === 'unavailable' || state === 'undeliverable');
  return createRouter()
    .openapi(healthz, async (c) => {
      const found = await parts();
      if (isDown(found)) return c.json({ status: 'unavailable' as const, parts: found }, 503);
      const status = found.controls === 'ok' ? ('ok' as const) : ('degraded' as const);
      return c.json({ status, parts: found }, 200);
    })
    .openapi(readyz, async (c) => {
      const problem = (await dataFolder?.problem()) ?? null;
      const data_folder = dataFolder ? (problem === null ? ('ok' as const) : ('unavailable' as const)) : null;
      const found = { ...(await parts()), data_folder };
      if (isDown(found)) return c.json({ status: 'unavailable' as const, parts: found, problem }, 503);
      return c.json({ status: 'ok' as const, parts: found, problem }, 200);
    });
}

const DELIVERIES: readonly Delivery[] = ['ok', 'as_signals', 'undeliverable'];

function worstOf(deliveries: readonly Delivery[]): Delivery {
  return DELIVERIES.findLast((each) => deliveries.includes(each)) ?? 'ok';
}
