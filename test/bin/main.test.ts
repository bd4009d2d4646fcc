import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SETTINGS } from '../../src/config.js';
import { endWithThisProcess } from '../../src/sandbox/guard.js';
import { startTimeOf } from '../../src/sandbox/process-identity.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ANY_PORT = { PORT: '0', TEMPORAL_PORT: '0', TEMPORAL_UI_PORT: '0', MARKET_PORT: '0' };
/** A minute per hour: the tests watch the process, not its experiments. */
const SLOW = { TIME_SCALE: '60' };

/** `npm start` without its set-up, as a child process. */
class Service {
  out = '';
  complaints = '';
  private constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.complaints += chunk.toString();
    });
  }

  static start(env: Record<string, string>): Service {
    const inherited = Object.entries(process.env).filter(([name]) => !SETTINGS.includes(name));
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/bin/main.ts'], {
      cwd: ROOT,
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const guard = endWithThisProcess(child.pid!, 'TERM');
    child.once('exit', () => guard.kill('SIGKILL'));
    const service = new Service(child);
    started.push(service);
    return service;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits for the first match in the output. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.out);
      if (match) return match;
      if (!this.running) throw new Error(`it ended: ${this.out}${this.complaints}`);
      await delay(50);
    }
  }

  async ended(): Promise<number | null> {
    if (this.running) await once(this.child, 'close');
    return this.child.exitCode;
  }

  /** The API's address, as soon as all parts are up. */
  async api(): Promise<string> {
    const [, url] = await this.said(/^API\s+(http:\S+)\/api\/ab\/experiments$/m);
    await this.said(/^Time\s/m);
    return url!;
  }
}

const started: Service[] = [];
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-main-'));
});

afterAll(async () => {
  for (const service of started) {
    if (service.running) service.child.kill('SIGINT');
    await service.ended();
  }
  await rm(directory, { recursive: true, force: true });
});

async function experimentsAt(api: string): Promise<{ id: string; state: string }[]> {
  const response = await fetch(`${api}/api/ab/experiments`);
  expect(response.status).toBe(200);
  const body = (await response.json()) as { experiments: { experiment_id: string; state: string }[] };
  return body.experiments.map(({ experiment_id: id, state }) => ({ id, state }));
}

async function temporalPid(): Promise<number> {
  const note = await readFile(path.join(directory, 'world', 'temporal', 'temporal.pid.json'), 'utf8');
  return (JSON.parse(note) as { pid: number }).pid;
}

describe('a malformed environment', () => {
  it('is reported in one sentence per setting, without its value, and ends the process', async () => {
    const service = Service.start({
      ...ANY_PORT,
      DATA_DIR: directory,
      PORT: 'canary',
      LIVE_WRITES: 'canary',
    });
    expect(await service.ended()).toBe(1);
    expect(service.complaints).toBe('PORT must be a port, 0 to 65535. LIVE_WRITES must be true or false.\n');
    expect(service.out).toBe('');
  });

  it('is also live mode without credentials', async () => {
    const service = Service.start({ ...ANY_PORT, DATA_DIR: directory, MODE: 'live' });
    expect(await service.ended()).toBe(1);
    expect(service.complaints).toMatch(/^MODE=live needs META_ACCESS_TOKEN\. .*\n$/);
  });
});

describe('npm start', () => {
  it('stops during its start when told to, and leaves nothing behind', async () => {
    const folder = path.join(directory, 'cut-short');
    const service = Service.start({ ...ANY_PORT, ...SLOW, DATA_DIR: folder });
    const note = path.join(folder, 'temporal', 'temporal.pid.json');
    while (!existsSync(note) && service.running) await delay(5);
    const { pid } = JSON.parse(await readFile(note, 'utf8')) as { pid: number };
    expect(startTimeOf(pid)).toBeDefined();
    service.child.kill('SIGTERM');
    expect(await service.ended()).toBe(0);
    expect([service.out, service.complaints]).toEqual([
      expect.stringMatching(/^Stopping: .*\nStopped\.\n$/),
      '',
    ]);
    expect(startTimeOf(pid)).toBeUndefined();
    expect((await readdir(folder)).filter((name) => name.startsWith('lock.'))).toEqual([]);
  }, 120_000);

  it('on a full disk says so in one sentence, with what to do', async () => {
    const folder = path.join(directory, 'full');
    await mkdir(folder);
    await symlink('/dev/full', path.join(folder, '.probe'));
    const service = Service.start({ ...ANY_PORT, ...SLOW, DATA_DIR: folder });
    expect(await service.ended()).toBe(1);
    expect(service.complaints).toBe(
      `The data folder ${folder} can't be used: the disk is full. Free some space on it.\n`,
    );
  });

  it('runs, refuses a second instance, ends on Ctrl-C, and has the same world after a restart, beside a second account', async () => {
    const env = { ...ANY_PORT, ...SLOW, DATA_DIR: path.join(directory, 'world') };
    const first = Service.start(env);
    const api = await first.api();
    let found = await experimentsAt(api);
    while (found.length < 3) {
      await delay(50);
      found = await experimentsAt(api);
    }
    expect(found.map(({ id }) => id).sort()).toEqual(['free-shipping', 'gift-cards', 'spring-sale']);
    expect(found.every(({ state }) => state === 'running')).toBe(true);
    const server = await temporalPid();
    expect(startTimeOf(server)).toBeDefined();

    const second = Service.start(env);
    const port = new URL(api).port;
    const third = Service.start({ ...env, DATA_DIR: path.join(directory, 'other'), PORT: port });
    expect(await second.ended()).toBe(1);
    expect(second.complaints).toMatch(
      `The data folder ${env.DATA_DIR} has been in use by process ${first.child.pid} since `,
    );
    expect(second.complaints.trim().split('\n')).toHaveLength(1);
    expect(await third.ended()).toBe(1);
    expect(third.complaints).toBe(`Port ${port} is taken. Set PORT to another one (0: any free port).\n`);
    expect(await experimentsAt(api)).toEqual(found);

    const asked = Date.now();
    first.child.kill('SIGINT');
    expect(await first.ended()).toBe(0);
    expect(Date.now() - asked).toBeLessThan(30_000);
    expect(first.out).toMatch(/\nStopping: [^\n]+\nStopped\.\n$/);
    expect(first.complaints).toBe('');
    expect(startTimeOf(server)).toBeUndefined();
    await expect(fetch(api)).rejects.toThrow();

    // With a second account, which has a market and a record of its own on the same database.
    const again = Service.start({ ...env, SANDBOX_ACCOUNTS: '2' });
    const firstAccount = await again.api();
    const ids = (await experimentsAt(firstAccount)).map(({ id }) => id);
    expect(ids.sort()).toEqual(['free-shipping', 'gift-cards', 'spring-sale']);
    const response = await fetch(new URL('/api/accounts', firstAccount));
    const { accounts } = (await response.json()) as { accounts: { base: string; counts: unknown }[] };
    expect(accounts.map(({ counts }) => counts)).toEqual([
      { act: 0, rollout: 0, running: 3, paused: 0, ended: 0 },
      { act: 0, rollout: 0, running: 0, paused: 0, ended: 0 },
    ]);
    expect(new URL(accounts[0]!.base, firstAccount).href).toBe(firstAccount);
    expect(await experimentsAt(new URL(accounts[1]!.base, firstAccount).href)).toEqual([]);
    again.child.kill('SIGTERM');
    expect(await again.ended()).toBe(0);
  }, 120_000);
});
