import { Hono } from 'hono';
import type { Metrics } from './metrics.js';

/** `/metrics`, for Prometheus. */
export function metricRoutes(metrics: Metrics): Hono {
  return new Hono().get('/metrics', async (c) => {
    const { type, text } = await metrics.text();
    return c.body(text, 200, { 'content-type': type, 'cache-control': 'no-store' });
  });
}
