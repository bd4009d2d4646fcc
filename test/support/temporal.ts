import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { endWithThisProcess } from '../../src/sandbox/guard.js';
import { claimPort } from '../../src/sandbox/ports.js';
import { thisMachine } from '../../src/sandbox/programs/find-temporal-cli.mjs';
import { testServerInCache } from '../../src/sandbox/programs/locations.mjs';
import { startTemporal, type TemporalOptions } from '../../src/sandbox/temporal.js';
import { addSearchAttributes, type SearchAttributeKeys } from '../../src/service/namespace.js';
import { connectTemporal } from '../../src/service/temporal-connection.js';

export interface TestTemporal {
  address: string;
  namespace: string;
  connection: Connection;
  /** For workers. */
  nativeConnection: NativeConnection;
  client: Client;
  /** Stop workers first. */
  stop(): Promise<void>;
}

export interface TimeSkipping extends TestTemporal {
  /**
   * `env.client` skips time while a `result()` is awaited on it; await only one at a time. `client` of this object
   * doesn't skip time: use it for starts, signals, updates and queries.
   */
  env: TestWorkflowEnvironment;
}

/** Starts the product's own dev server on free ports; `stop` removes the folder of its file. */
export async function startDevServer(
  options: {
    searchAttributes?: SearchAttributeKeys;
    namespace?: string;
    dynamicConfig?: TemporalOptions['dynamicConfig'];
    log?(line: string): void;
  } = {},
): Promise<TestTemporal> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-temporal-'));
  const server = await startTemporal({
    directory,
    namespace: options.namespace ?? 'test',
    port: 0,
    uiPort: 0,
    searchAttributes: options.searchAttributes,
    dynamicConfig: options.dynamicConfig,
    log: options.log ?? (() => {}),
  });
  const { address, namespace } = server;
  const connection = await connectTemporal({ address });
  const nativeConnection = await NativeConnection.connect({ address });
  return {
    address,
    namespace,
    connection,
    nativeConnection,
    client: new Client({ connection, namespace }),
    async stop() {
      await connection.close();
      await nativeConnection.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * When time-skipping tests begin: a Monday morning, far enough ahead that the server can skip to it. The market draws
 * each hour from its date, so a fixed begin makes the draws of a test the same in every run.
 */
const BEGINS_AT = Date.UTC(2036, 0, 7, 9, 20);

/**
 * The time-skipping test server, at `BEGINS_AT`. It has no schedules, and can't list or count workflows. Days pass in milliseconds, but
 * only while a `result()` is awaited on `env.client` or `env.sleep` runs, and only while no activity runs and no
 * workflow waits for a worker. At other times its clock runs like the real one.
 */
export async function startTimeSkipping(
  options: { searchAttributes?: SearchAttributeKeys } = {},
): Promise<TimeSkipping> {
  const program = testServerInCache(thisMachine());
  if (!existsSync(program)) {
    throw new Error('The time-skipping test server is missing. Run node scripts/setup.mjs --tests.');
  }
  const server = await startTestServer(program);
  const env = await environments.create({
    server: { type: 'existing' },
    supportsTimeSkipping: true,
    namespace: 'default',
    address: server.address,
  });
  await env.sleep(BEGINS_AT - (await env.currentTimeMs()));
  const namespace = env.namespace ?? 'default';
  // The server can't list them.
  await addSearchAttributes(env.connection, namespace, options.searchAttributes ?? []);
  return {
    env,
    address: env.address,
    namespace,
    connection: env.connection,
    nativeConnection: env.nativeConnection,
    client: new Client({ connection: env.connection, namespace }),
    async stop() {
      await env.teardown();
      server.stop();
    },
  };
}

/** The SDK has no public way to use a running time-skipping server, and its own start gives up after 5 s. */
const environments = TestWorkflowEnvironment as unknown as {
  create(options: {
    server: { type: 'existing' };
    supportsTimeSkipping: true;
    namespace: string;
    address: string;
  }): Promise<TestWorkflowEnvironment>;
};

/** Waits until it answers: Java may start slowly while other tests run. A guard ends it if this process is killed. */
async function startTestServer(program: string): Promise<{ address: string; stop(): void }> {
  const port = await claimPort(0, 'the test server');
  const child = spawn(program, [String(port)], { stdio: 'ignore' });
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The time-skipping test server ended with exit code ${code}.`)),
    );
  });
  ended.catch(() => {});
  const guard = endWithThisProcess(child.pid!, 'KILL');
  const address = `127.0.0.1:${port}`;
  await Promise.race([ended, answering(address)]);
  return {
    address,
    stop() {
      guard.kill('SIGKILL');
      child.kill('SIGKILL');
    },
  };
}

async function answering(address: string): Promise<void> {
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: '2 seconds' });
      return await connection.close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
