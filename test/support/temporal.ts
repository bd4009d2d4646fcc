import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { thisMachine } from '../../scripts/find-temporal-cli.mjs';
import { testServerInCache } from '../../scripts/locations.mjs';
import { endWithThisProcess } from '../../src/embedded/guard.js';
import { startTemporal } from '../../src/embedded/temporal.js';
import { addSearchAttributes, type SearchAttributeKeys } from '../../src/service/namespace.js';

export interface TestTemporal {
  address: string;
  namespace: string;
  connection: Connection;
  /** For workers. */
  nativeConnection: NativeConnection;
  client: Client;
  /** End workers first. */
  stop(): Promise<void>;
}

export interface TimeSkipping extends TestTemporal {
  /**
   * `env.client` skips time while a `result()` is awaited on it: one at a time. `client` of this object doesn't
   * skip: for starts, signals, updates, queries.
   */
  env: TestWorkflowEnvironment;
}

/** The product's own dev server on free ports, its file in a folder that `stop` removes. */
export async function startDevServer(
  options: { searchAttributes?: SearchAttributeKeys; namespace?: string; log?(line: string): void } = {},
): Promise<TestTemporal> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-temporal-'));
  const server = await startTemporal({
    directory,
    namespace: options.namespace ?? 'test',
    port: 0,
    uiPort: 0,
    searchAttributes: options.searchAttributes,
    log: options.log ?? (() => {}),
  });
  const { address, namespace } = server;
  const connection = await Connection.connect({ address });
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
 * The time-skipping test server: no schedules, no list or count. Days pass in milliseconds, but only while a
 * `result()` is awaited on `env.client` or in `env.sleep`, and only while no activity runs and no workflow
 * waits for a worker. Between that its clock runs as the real one.
 */
export async function startTimeSkipping(
  options: { searchAttributes?: SearchAttributeKeys } = {},
): Promise<TimeSkipping> {
  const program = testServerInCache(thisMachine());
  if (!existsSync(program)) {
    throw new Error('The time-skipping test server is missing; run node scripts/setup.mjs --tests.');
  }
  const env = await createTimeSkipping(program);
  const guard = guardServer(env.address);
  const namespace = env.namespace ?? 'default';
  // It has no way to list them.
  await addSearchAttributes(env.connection, namespace, options.searchAttributes ?? []);
  return {
    env,
    address: env.address,
    namespace,
    connection: env.connection,
    nativeConnection: env.nativeConnection,
    client: new Client({ connection: env.connection, namespace }),
    async stop() {
      guard?.kill('SIGKILL');
      await env.teardown();
    },
  };
}

/** A test that runs into its time limit kills this process, and the SDK's server would go on without it. */
function guardServer(address: string): ChildProcess | undefined {
  const port = address.slice(address.lastIndexOf(':') + 1);
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  for (const line of processes.split('\n')) {
    const [pid, parent, ...args] = line.trim().split(/\s+/);
    if (Number(parent) === process.pid && args.at(-1) === port)
      return endWithThisProcess(Number(pid), 'KILL');
  }
  return undefined;
}

/** The SDK gives the server 5 s to answer, and a java start beside other tests may take longer. */
async function createTimeSkipping(program: string): Promise<TestWorkflowEnvironment> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await TestWorkflowEnvironment.createTimeSkipping({
        server: { executable: { type: 'existing-path', path: program } },
      });
    } catch (error) {
      if (attempt === 10) throw error;
    }
  }
}
