import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { createAccountsApp } from '../api/accounts-app.js';
import { accountApp, contextOf } from '../api/app.js';
import type { ApiDependencies } from '../api/dependencies.js';
import { ApiProblem, toProblem } from '../api/http/problems.js';
import { secured } from '../api/http/security-headers.js';
import type { NamedToken } from '../api/http/tokens.js';
import type { Gateway } from '../api/temporal/gateway.js';
import type { Config } from '../config.js';
import type { Policy } from '../domain/experiment.js';
import { claudeOf } from './claude.js';
import type { Collaborators } from './collaborators.js';

/** The port of the API is in use. */
export class ApiPortTaken extends Error {
  override readonly name = 'ApiPortTaken';
}

export interface RunningApi {
  url: string;
  stop(): Promise<void>;
}

export interface ApiOptions {
  host: string;
  /** 0: any free port. */
  port: number;
  tokens: readonly NamedToken[];
  checkIntervalHours: number;
  policyDefaults: Partial<Policy>;
  accountEnvelope: number | null;
  maxChecksAtOnce: number;
  writesAllowed: boolean;
  claude?: ApiDependencies['claude'];
  brandNames?: readonly string[];
  manualMinutesPerCheck?: number;
  dataFolder?: ApiDependencies['dataFolder'];
  onInternalError?: (error: unknown, where: string) => void;
  /** Replaces the gateway to Temporal, for tests. */
  gateway?: Gateway;
}

/** The options that the settings give. `say`: takes a line about each internal error. */
export function apiOptions(config: Config, say: (line: string) => void): ApiOptions {
  return {
    host: config.host,
    port: config.port,
    tokens: config.tokens,
    checkIntervalHours: config.checkIntervalHours,
    policyDefaults: config.policyDefaults,
    maxChecksAtOnce: config.maxActivitiesAtOnce,
    accountEnvelope: config.accountEnvelope,
    writesAllowed: config.writesAllowed,
    claude: claudeOf(config),
    brandNames: config.brandNames,
    manualMinutesPerCheck: config.manualMinutesPerCheck,
    onInternalError: (error, where) =>
      say(`api: ${where}: ${error instanceof Error ? error.message : String(error)}`),
  };
}

/** What an account's API needs. */
function dependenciesOf(
  collaborators: Collaborators,
  { host: _, port: __, gateway: ___, ...options }: ApiOptions,
  stopping: AbortSignal,
): ApiDependencies {
  const { store, meta, clock, timeBase, client, names, environment, hooks, base, accountName } =
    collaborators;
  return {
    ...options,
    encoders: collaborators.learning?.encoders ?? null,
    encoder: collaborators.learning?.encoder ?? null,
    searchEncoders: collaborators.learning?.search,
    ...{ store, meta, clock, timeBase, environment, hooks, base, accountName },
    temporal: { client, names },
    stopping,
  };
}

/** Serves the API of one account until stopped. @throws ApiPortTaken */
export function startApi(collaborators: Collaborators, options: ApiOptions): Promise<RunningApi> {
  return startApis([{ collaborators, options }]);
}

/**
 * Serves the APIs of these accounts until stopped, at the host and port of the first. The pages of the only account are at
 * the root; those of one of several are under its `base`, and the root shows all of them. @throws ApiPortTaken
 */
export function startApis(
  accounts: readonly { collaborators: Collaborators; options: ApiOptions }[],
): Promise<RunningApi> {
  const stopping = new AbortController();
  const [only, ...others] = accounts.map(({ collaborators, options }) =>
    contextOf(dependenciesOf(collaborators, options, stopping.signal), options.gateway),
  );
  const [listening] = accounts;
  if (!only || !listening) throw new RangeError('there is no account to serve');
  const app =
    only.base === '' ? accountApp(only) : createAccountsApp([only, ...others], listening.options.tokens);
  return serve(app, listening.options, stopping);
}

function serve(
  app: OpenAPIHono,
  options: Pick<ApiOptions, 'host' | 'port'>,
  stopping: AbortController,
): Promise<RunningApi> {
  return new Promise((resolve, reject) => {
    const inFlight = new Set<Promise<unknown>>();
    const handle: typeof app.fetch = (...request) => {
      const answer = Promise.resolve(app.fetch(...request)).finally(() => inFlight.delete(answer));
      inFlight.add(answer);
      return answer;
    };
    const server = createServer(getRequestListener(handle, { hostname: options.host, errorHandler }));
    server.listen(options.port, options.host, () => {
      const address = server.address() as AddressInfo;
      resolve({
        url: `http://${options.host}:${address.port}`,
        stop: () => {
          stopping.abort();
          return drain(server, inFlight);
        },
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

/** Answers requests that never reach the app. */
function errorHandler(error: unknown): Response {
  const problem =
    error instanceof RequestError
      ? new ApiProblem('malformed_request', 'The URL or the Host header is not valid.')
      : toProblem(error);
  return secured(problem.toResponse());
}

/** Real ms that requests in flight have to finish. A request that waits for a user or for Meta may take longer; it is cut off. */
const DRAIN_MS = 10_000;

/**
 * Takes no new connections, lets requests in flight finish, and closes connections as they become idle. A caller that has
 * gone away leaves its request in flight, and that still uses the connections to Temporal and Postgres.
 */
async function drain(server: Server, inFlight: ReadonlySet<Promise<unknown>>): Promise<void> {
  await closed(server);
  const late = delay(DRAIN_MS, undefined, { ref: false });
  await Promise.race([Promise.allSettled(inFlight), late]);
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    // A connection that is kept alive becomes idle when its request has been answered.
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    const late = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(late);
      done();
    });
  });
}
