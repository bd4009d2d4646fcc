import { serve } from '@hono/node-server';
import { createApp } from '../api/app.js';
import type { Collaborators } from './collaborators.js';

/** The port of the API is in use. */
export class ApiPortTaken extends Error {
  override readonly name = 'ApiPortTaken';
}

export interface RunningApi {
  url: string;
  stop(): Promise<void>;
}

/** Serves the API until stopped. @throws ApiPortTaken */
export async function startApi(
  collaborators: Collaborators,
  options: {
    host: string;
    /** 0: any free port. */
    port: number;
    apiToken: string | null;
    checkIntervalHours: number;
    accountEnvelope: number | null;
    maxChecksAtOnce: number;
    writesAllowed: boolean;
    onInternalError?: (error: unknown, where: string) => void;
  },
): Promise<RunningApi> {
  const { store, meta, clock, timeBase, client, names, environment } = collaborators;
  const app = createApp({
    store,
    meta,
    clock,
    timeBase,
    temporal: { client, names },
    environment,
    apiToken: options.apiToken,
    checkIntervalHours: options.checkIntervalHours,
    accountEnvelope: options.accountEnvelope,
    maxChecksAtOnce: options.maxChecksAtOnce,
    writesAllowed: options.writesAllowed,
    onInternalError: options.onInternalError,
  });
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: options.host, port: options.port }, (address) => {
      resolve({
        url: `http://${options.host}:${address.port}`,
        stop: () =>
          new Promise((done) => {
            server.close(() => done());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      });
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new ApiPortTaken(`Port ${options.port} is taken. Set PORT to another one (0: any free port).`)
          : error,
      );
    });
  });
}
