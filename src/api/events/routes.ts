import { setMaxListeners } from 'node:events';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiContext } from '../dependencies.js';
import { ApiProblem } from '../http/problems.js';
import { createRouter, failures } from '../http/routing.js';
import { ChangeFeed } from './feed.js';
import { eventStream } from './stream.js';

/** Connections at once. */
const MOST_LISTENERS = 100;

const events = createRoute({
  method: 'get',
  path: '/api/events',
  summary: 'What changes, as server-sent events',
  request: {
    headers: z.object({
      'last-event-id': z.string().optional().openapi({
        description: 'the id of the last event that was received: the answer begins with those after it',
      }),
    }),
  },
  responses: {
    200: {
      description: 'A stream of events `change`, each with {experiment_id, kind, state}',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...failures,
  },
});

/** `/api/events`. */
export function eventRoutes({ store, onInternalError, stopping }: ApiContext): OpenAPIHono {
  // Each stream ends with this signal; Node warns of more than ten.
  if (stopping) setMaxListeners(MOST_LISTENERS + 10, stopping);
  const feed = new ChangeFeed(store, (error) => onInternalError?.(error, 'poll for events'));
  return createRouter().openapi(events, (c) => {
    if (feed.listening >= MOST_LISTENERS)
      throw new ApiProblem('too_many_listeners', `There are ${MOST_LISTENERS} listeners already.`, {
        retryAfterSeconds: 30,
      });
    const headers = {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // Nginx would hold the events back.
      'x-accel-buffering': 'no',
    };
    // Nobody would read the stream of a HEAD request, so none is opened.
    if (c.req.method === 'HEAD') return c.body(null, 200, headers);
    return c.body(eventStream(feed, lastIdOf(c.req.header('last-event-id')), stopping), 200, headers);
  });
}

/** Null: the caller has received nothing yet. An id that isn't one of ours becomes NaN: what was missed isn't known. */
function lastIdOf(header: string | undefined): number | null {
  if (header === undefined || header === '') return null;
  return /^\d{1,16}$/.test(header) ? Number(header) : Number.NaN;
}
