import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { isForeignOrigin, isLoopbackHost } from '../../api/http/loopback.js';
import { controlRoutes } from './control.js';
import type { Controls } from './controls.js';
import { Graph, unknownPath } from './graph.js';
import { GraphError } from './graph-error.js';
import { PICTURE_KINDS, PICTURE_PATH, pictureAnswer } from './picture.js';
import { type GraphAnswer, parseRequest } from './request.js';
import type { MarketOptions } from './types.js';
import type { World } from './world.js';

type Env = { Bindings: HttpBindings };

export interface MarketServer {
  url: string;
  /** Also closes open connections, even hanging ones. */
  close(): Promise<void>;
}

/** Serves Graph and the market's own routes on 127.0.0.1. Rejects if the port is taken. */
export async function serveMarket(
  world: World,
  controls: Controls,
  options: Pick<MarketOptions, 'port' | 'accessToken' | 'scopes' | 'rephraseError'>,
): Promise<MarketServer> {
  let url = '';
  const scopes = options.scopes ?? ['ads_management', 'ads_read'];
  const graph = new Graph(world, options.accessToken, scopes, () => url);
  const app = new Hono<Env>();
  // The market's own failures, e.g. a full disk, are answered as Graph answers its failures.
  app.onError((error, c) => c.json(new GraphError(error.message, 1, null, { status: 500 }).body(), 500));
  // The market's own routes ask for no token, so no page that is open in a browser on this machine may reach them.
  app.use('*', (c, next) => {
    const host = c.req.header('host') ?? '';
    const origin = c.req.header('origin');
    const error = !isLoopbackHost(host)
      ? 'The simulated market answers only to 127.0.0.1, localhost and [::1].'
      : 'This request was made by a page of another site.';
    if (!isLoopbackHost(host) || (origin !== undefined && isForeignOrigin(origin, host)))
      return Promise.resolve(c.json({ error }, 403));
    return next();
  });
  app.route('/__market', controlRoutes(controls));
  app.get(`${PICTURE_PATH}/:kind/:name`, (c) => {
    const kind = PICTURE_KINDS.find((one) => one === c.req.param('kind'));
    const answer = kind ? pictureAnswer(kind, c.req.param('name')) : c.notFound();
    return answer ?? send(c, { kind: 'hang' });
  });
  const { rephraseError } = options;
  if (rephraseError) {
    app.use('*', async (c, next) => {
      await next();
      const { ok, status, headers } = c.res;
      if (!ok)
        c.res = new Response(rephraseError(await c.res.text(), new URL(c.req.url)), { status, headers });
    });
  }
  app.all('*', async (c) => {
    const { method } = c.req;
    if (method !== 'GET' && method !== 'POST') return c.json(unknownPath({ path: [method] }).body(), 400);
    const body = method === 'POST' ? await c.req.text() : '';
    const request = parseRequest(method, new URL(c.req.url), body, c.req.header('content-type') ?? '');
    if (!request) return c.json(unknownPath({ path: [c.req.path.slice(1)] }).body(), 400);
    request.params.access_token ??= c.req.header('authorization')?.replace(/^(Bearer|OAuth) /, '');
    return send(c, await graph.answer(request));
  });

  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  // Node's default of 5 s would reset connections that a client's pool still holds: that would look like a fault.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function send(c: Context<Env>, answer: GraphAnswer): Promise<Response> {
  const { outgoing } = c.env;
  switch (answer.kind) {
    case 'json':
      return new Response(JSON.stringify(answer.body), {
        status: answer.status,
        headers: { 'content-type': 'application/json; charset=UTF-8', ...answer.headers },
      });
    case 'html':
      return c.html(answer.body, { status: 502 });
    case 'drop':
      outgoing.destroy();
      return RESPONSE_ALREADY_SENT;
    case 'hang':
      if (!outgoing.destroyed) await new Promise<void>((resolve) => outgoing.once('close', resolve));
      return RESPONSE_ALREADY_SENT;
  }
}
