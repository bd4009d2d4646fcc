import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimPort } from '../../src/sandbox/ports.js';
import { startTimeOf } from '../../src/sandbox/process-identity.js';
import { type EmbeddedTemporal, startTemporal, type TemporalOptions } from '../../src/sandbox/temporal.js';
import { startDevServer, startTimeSkipping } from '../support/temporal.js';

const TEMPORAL = fileURLToPath(new URL('../../src/sandbox/temporal.ts', import.meta.url));
const STATE = defineSearchAttributeKey('TestState', 'KEYWORD');
const SHARE = defineSearchAttributeKey('TestShare', 'DOUBLE');

describe('the embedded Temporal server', () => {
  let directory: string;
  let running: EmbeddedTemporal | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-temporal-'));
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await rm(directory, { recursive: true, force: true });
  });

  async function start(options: Partial<TemporalOptions> = {}): Promise<EmbeddedTemporal> {
    running = await startTemporal({
      directory,
      namespace: 'sandbox',
      port: 0,
      uiPort: 0,
      searchAttributes: [STATE],
      log: () => {},
      ...options,
    });
    return running;
  }

  async function withClient<T>(server: EmbeddedTemporal, use: (client: Client) => Promise<T>): Promise<T> {
    const connection = await Connection.connect({ address: server.address });
    try {
      return await use(new Client({ connection, namespace: server.namespace }));
    } finally {
      await connection.close();
    }
  }

  it('has its namespace, retention, search attributes and Web UI as soon as it has started', async () => {
    const server = await start();
    expect((await fetch(server.uiUrl)).status).toBe(200);
    await withClient(server, async (client) => {
      const { config } = await client.workflowService.describeNamespace({ namespace: 'sandbox' });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
      await client.workflow.start('nobodyRunsThis', {
        workflowId: 'first',
        taskQueue: 'empty',
        typedSearchAttributes: new TypedSearchAttributes([{ key: STATE, value: 'running' }]),
      });
      await expect
        .poll(() => client.workflow.count("TestState = 'running'").then(({ count }) => count))
        .toBe(1);
    });
  });

  it('finds its workflows again in the same folder, and registers new search attributes', async () => {
    const first = await start();
    await withClient(first, (client) =>
      client.workflow.start('nobodyRunsThis', { workflowId: 'kept', taskQueue: 'empty' }),
    );
    await first.stop();
    expect(await first.exited).toContain('exit code 0');
    const second = await start({ searchAttributes: [STATE, SHARE] });
    await withClient(second, async (client) => {
      expect((await client.workflow.getHandle('kept').describe()).status.name).toBe('RUNNING');
      const { customAttributes } = await client.connection.operatorService.listSearchAttributes({
        namespace: 'sandbox',
      });
      expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(['TestState', 'TestShare']));
    });
  });

  it('refuses a search attribute that is registered with another type', async () => {
    await (await start()).stop();
    running = undefined;
    const clash = defineSearchAttributeKey('TestState', 'INT');
    await expect(start({ searchAttributes: [clash] })).rejects.toThrow(/TestState.*another type/);
  });

  it('ends with the process that started it, even if that was killed', async () => {
    const { owner, pid } = await startElsewhere(directory, 'kill the guard: no');
    const started = startTimeOf(pid);
    expect(started).toBeDefined();
    owner.kill('SIGKILL');
    await expect.poll(() => startTimeOf(pid), { timeout: 10_000 }).toBeUndefined();
  });

  it('before it starts, ends an orphan of its own folder and no other process', async () => {
    const { owner, pid, ports } = await startElsewhere(directory, 'kill the guard: yes');
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(startTimeOf(pid)).toBeDefined();
    const server = await start({ port: ports.port, uiPort: ports.uiPort });
    expect(startTimeOf(pid)).toBeUndefined();
    expect(server.pid).not.toBe(pid);
    expect(server.address).toBe(`127.0.0.1:${ports.port}`);
  });

  it('does not end a process that has the pid of the orphan but another start time', async () => {
    const bystander = spawn('sleep', ['60']);
    await once(bystander, 'spawn');
    try {
      const note = { pid: bystander.pid, startTime: '1-00000000' };
      await writeFile(path.join(directory, 'temporal.pid.json'), JSON.stringify(note));
      const server = await start();
      expect(startTimeOf(bystander.pid!)).toBeDefined();
      const written = JSON.parse(await readFile(path.join(directory, 'temporal.pid.json'), 'utf8'));
      expect(written).toEqual({ pid: server.pid, startTime: startTimeOf(server.pid) });
    } finally {
      bystander.kill('SIGKILL');
    }
  });

  it.each([
    { taken: 'port', setting: 'TEMPORAL_PORT' },
    { taken: 'uiPort', setting: 'TEMPORAL_UI_PORT' },
  ])('says which port is taken, and that $setting changes it', async ({ taken, setting }) => {
    const port = await claimPort(0, 'none');
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    try {
      await expect(start({ [taken]: port })).rejects.toMatchObject({
        name: 'PortTaken',
        message: `Port ${port} is taken. Set ${setting} to another one (0: any free port).`,
      });
    } finally {
      squatter.close();
    }
  });

  it("reports the server's output if it does not start", async () => {
    const broken = path.join(directory, 'broken');
    await writeFile(broken, '#!/bin/sh\necho "no space left" >&2\nexit 3\n');
    await chmod(broken, 0o755);
    await expect(start({ executable: broken })).rejects.toThrow(/exit code 3[\s\S]*no space left/);
  });

  it('passes none of the secrets in its own environment to the server', async () => {
    process.env.TEST_CANARY = 'canary-7f3a';
    try {
      const spy = path.join(directory, 'spy');
      await writeFile(spy, `#!/bin/sh\nenv > "${directory}/environment"\nexit 3\n`);
      await chmod(spy, 0o755);
      await expect(start({ executable: spy })).rejects.toThrow(/exit code 3/);
      expect(await readFile(path.join(directory, 'environment'), 'utf8')).not.toContain('canary-7f3a');
    } finally {
      delete process.env.TEST_CANARY;
    }
  });
});

/** Starts a server in another Node process, so that the process can be killed, and its guard before it. */
async function startElsewhere(directory: string, guard: 'kill the guard: yes' | 'kill the guard: no') {
  const ports = { port: await claimPort(0, 'none'), uiPort: await claimPort(0, 'none') };
  const script = `
    import { execFileSync } from 'node:child_process';
    import { startTemporal } from ${JSON.stringify(TEMPORAL)};
    const server = await startTemporal({
      directory: process.argv[1], namespace: 'sandbox', log() {}, ...${JSON.stringify(ports)},
    });
    if (${guard.endsWith('yes')}) {
      const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' });
      const guard = processes.split('\\n').map((line) => line.trim().split(/\\s+/)).find(([, parent, name]) => Number(parent) === process.pid && /\\bsh$/.test(name))[0];
      process.kill(Number(guard), 'SIGKILL');
    }
    process.stdout.write(server.pid + '\\n');
    setInterval(() => {}, 1000);
  `;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script, directory];
  const owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: owner.stdout }), 'line');
  return { owner, pid: Number(line), ports };
}

describe('the servers for tests', () => {
  it('include a dev server with its search attributes', async () => {
    const server = await startDevServer({ searchAttributes: [STATE] });
    try {
      await server.client.workflow.start('nobodyRunsThis', {
        workflowId: 'one',
        taskQueue: 'empty',
        typedSearchAttributes: new TypedSearchAttributes([{ key: STATE, value: 'held' }]),
      });
      await expect
        .poll(() => server.client.workflow.count("TestState = 'held'").then(({ count }) => count))
        .toBe(1);
    } finally {
      await server.stop();
    }
  });

  it('include a time-skipping server that skips days in env.sleep and takes registered search attributes', async () => {
    const server = await startTimeSkipping({ searchAttributes: [STATE] });
    try {
      const before = await server.env.currentTimeMs();
      await server.env.sleep('3 days');
      const skipped = (await server.env.currentTimeMs()) - before;
      expect(skipped / 86_400_000).toBeCloseTo(3, 2);
      const handle = await server.client.workflow.start('nobodyRunsThis', {
        workflowId: 'one',
        taskQueue: 'empty',
        typedSearchAttributes: new TypedSearchAttributes([{ key: STATE, value: 'held' }]),
      });
      const { status, typedSearchAttributes } = await handle.describe();
      expect(status.name).toBe('RUNNING');
      expect(typedSearchAttributes.get(STATE)).toBe('held');
    } finally {
      await server.stop();
    }
  });
});
