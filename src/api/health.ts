import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { HealthAnswer } from './answers.js';
import type { ApiContext } from './context.js';
import { answers, createRouter, failures } from './routing.js';

const healthz = createRoute({
  method: 'get',
  path: '/healthz',
  security: [],
  summary: 'Whether the parts that the API needs answer',
  responses: {
    ...failures,
    200: answers('All of them answer', HealthAnswer),
    503: answers('A part does not answer', HealthAnswer),
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
    const healthy = postgres === 'ok' && temporal === 'ok';
    const body = { status: healthy ? 'ok' : 'unavailable', parts: { postgres, temporal } } as const;
    return healthy ? c.json(body, 200) : c.json(body, 503);
  });
}
