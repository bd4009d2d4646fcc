import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HealthAnswer } from './answers.js';
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

/** `/healthz`. It asks for no token and tells no more than which part fails. */
export function healthRoutes({ store, gateway }: ApiContext): OpenAPIHono {
  const answering = (part: Promise<void>) =>
    part.then(
      () => 'ok' as const,
      () => 'unavailable' as const,
    );
  return createRouter().openapi(healthz, async (c) => {
    const [postgres, temporal] = await Promise.all([answering(store.ping()), answering(gateway.ping())]);
    const controls = gateway.delivery();
    const parts = { postgres, temporal, controls };
    if (postgres !== 'ok' || temporal !== 'ok' || controls === 'undeliverable')
      return c.json({ status: 'unavailable' as const, parts }, 503);
    return c.json({ status: controls === 'ok' ? ('ok' as const) : ('degraded' as const), parts }, 200);
  });
}
