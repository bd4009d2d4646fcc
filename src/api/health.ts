import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HealthAnswer, ReadyAnswer } from './answers.js';
import type { ApiContext } from './context.js';
import { answers, createRouter, failures } from './routing.js';

const healthz = createRoute({
  method: 'get',
  path: '/healthz',
  security: [],
  summary: 'Whether the parts that the API needs answer, and controls reach their workflows',
  responses: {
    ...failures,
    200: answers('All of them answer; degraded where controls must go as signals', HealthAnswer),
    503: answers('A part does not answer, or controls reach no workflow', HealthAnswer),
  },
});

const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Whether the service can do its work: its parts answer, and its disk takes what it writes',
  responses: {
    200: answers('It can', ReadyAnswer),
    503: answers('It can not', ReadyAnswer),
  },
});

/** `/healthz` and `/readyz`. They ask for no token and tell no more than which part fails. */
export function healthRoutes({ store, gateway, dataFolder }: ApiContext): OpenAPIHono {
  const answering = (part: Promise<void>) =>
    part.then(
      () => 'ok' as const,
      () => 'unavailable' as const,
    );
  const parts = async () => {
    const [postgres, temporal] = await Promise.all([answering(store.ping()), answering(gateway.ping())]);
<<<<<<< HEAD
    const controls = gateway.delivery();
    const parts = { postgres, temporal, controls };
    if (postgres !== 'ok' || temporal !== 'ok' || controls === 'undeliverable')
      return c.json({ status: 'unavailable' as const, parts }, 503);
    return c.json({ status: controls === 'ok' ? ('ok' as const) : ('degraded' as const), parts }, 200);
  });
=======
    return { postgres, temporal };
  };
  const statusOf = (found: Record<string, string | null>) =>
    Object.values(found).includes('unavailable') ? ('unavailable' as const) : ('ok' as const);
  return createRouter()
    .openapi(healthz, async (c) => {
      const found = await parts();
      const body = { status: statusOf(found), parts: found };
      return body.status === 'ok' ? c.json(body, 200) : c.json(body, 503);
    })
    .openapi(readyz, async (c) => {
      const problem = (await dataFolder?.problem()) ?? null;
      const data_folder = dataFolder ? (problem === null ? ('ok' as const) : ('unavailable' as const)) : null;
      const found = { ...(await parts()), data_folder };
      const body = { status: statusOf(found), parts: found, problem };
      return body.status === 'ok' ? c.json(body, 200) : c.json(body, 503);
    });
>>>>>>> ops
}
