import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMetaClient, type MetaClientConfig } from '../../../src/clients/meta/index.js';
import { type MetaClient, MetaError } from '../../../src/clients/meta/types.js';

export const TOKEN = 'EAAcanaryTOKEN0123456789+/=x';
export const SECRET = 'canary-app-secret-0123456789';

export interface Seen {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface TinyGraph {
  url: string;
  seen: Seen[];
  close(): Promise<void>;
}

export type Answer = (seen: Seen, response: http.ServerResponse, request: http.IncomingMessage) => void;

/** A server on loopback that answers with `answer` and remembers the requests. */
export async function tinyGraph(answer: Answer): Promise<TinyGraph> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://tiny');
      const { method = '', headers } = request;
      const one = { method, path: url.pathname, query: url.searchParams, headers, body };
      seen.push(one);
      answer(one, response, request);
    });
    request.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(
  response: http.ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function clientOf(url: string, more: Partial<MetaClientConfig> = {}): MetaClient {
  return createMetaClient({
    accessToken: TOKEN,
    appSecret: SECRET,
    accountId: 'act_1',
    graphUrl: url,
    apiVersion: 'v24.0',
    socketTimeoutMs: 2000,
    ...more,
  });
}

/** The MetaError with which the call must fail. */
export async function failureOf(call: Promise<unknown>): Promise<MetaError> {
  const result = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in result && result.error instanceof MetaError) return result.error;
  throw new Error(`expected a MetaError, got ${JSON.stringify(result)}`);
}

/** Runs `use` against a tiny Graph, then closes it. */
export async function withGraph<T>(
  answer: Answer,
  use: (client: MetaClient, graph: TinyGraph) => Promise<T>,
  config: Partial<MetaClientConfig> = {},
): Promise<T> {
  const graph = await tinyGraph(answer);
  try {
    return await use(clientOf(graph.url, config), graph);
  } finally {
    await graph.close();
  }
}
