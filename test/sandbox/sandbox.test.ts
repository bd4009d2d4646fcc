import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPool } from '../../src/clients/postgres/pool.js';
import { acquireLock, DataFolderInUse } from '../../src/sandbox/lock.js';
import { claimPort, PortTaken } from '../../src/sandbox/ports.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.js';

const NO_TEMPORAL = { address: '127.0.0.1:1', namespace: 'elsewhere' };

describe('the sandbox', () => {
  let directory: string;
  const running: Sandbox[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-sandbox-'));
  });
  afterEach(async () => {
    for (const sandbox of running.splice(0)) await sandbox.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** By default with addresses of a Temporal server and a Postgres server in place of the embedded ones. */
  async function start(changes: Partial<SandboxOptions> = {}): Promise<Sandbox> {
    const sandbox = await startSandbox({
      directory,
      fresh: false,
      timeScale: 1800,
      seed: 3,
      namespace: 'sandbox',
      apiVersion: 'v24.0',
      ports: { temporal: 0, temporalUi: 0, market: 0 },
      databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
      temporal: NO_TEMPORAL,
      log: () => {},
      ...changes,
    });
    running.push(sandbox);
    return sandbox;
  }

  const aTest = {
    name: 'hooks',
    ads: [{ name: 'control', dailyBudget: 5000, trueClickRate: 0.02 }],
  };

  it('returns addresses at which all of its parts answer, and stops all of them', async () => {
    const sandbox = await start({ databaseUrl: null, temporal: null });
    const { addresses, market } = sandbox;
    expect(sandbox.isNew).toBe(true);
    expect(addresses).toMatchObject({
      environment: 'sandbox',
      timeBase: { scale: 1800 },
      meta: { accountId: market.account.id, graphUrl: market.url, appSecret: null, apiVersion: 'v24.0' },
      temporal: { namespace: 'sandbox' },
    });

    const pool = createPool(addresses.postgres);
    await pool.query('create extension vector');
    expect((await pool.query("select '[1,2]'::vector <-> '[1,3]' as distance")).rows).toEqual([
      { distance: 1 },
    ]);
    await pool.end();

    const connection = await Connection.connect({ address: addresses.temporal.address });
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: 'sandbox' });
    expect(namespaceInfo?.name).toBe('sandbox');
    await connection.close();

    const graph = `${market.url}/v24.0/${market.account.id}?fields=currency&access_token=${addresses.meta.accessToken}`;
    expect(await (await fetch(graph)).json()).toMatchObject({ currency: 'USD' });
    expect((await fetch(sandbox.temporalUiUrl!)).status).toBeLessThan(500);

    await sandbox.stop();
    await expect(fetch(graph)).rejects.toThrow();
    await expect(
      Connection.connect({ address: addresses.temporal.address, connectTimeout: 500 }),
    ).rejects.toThrow();
    expect((await readdir(directory)).filter((name) => name.startsWith('lock.'))).toEqual([]);
    expect(await sandbox.broken).toMatch(/^The Temporal server ended/);
  });

  it('finds its world again after a restart, with the same clock', async () => {
    const first = await start();
    const made = await first.market.createTest(aTest);
    await first.stop();
    const second = await start();
    expect(second.isNew).toBe(false);
    expect(second.addresses.timeBase).toEqual(first.addresses.timeBase);
    expect(second.market.account).toEqual(first.market.account);
    expect(await second.market.budgets(made.adSetIds)).toEqual({ [made.adSetIds[0]!]: 5000 });
  });

  it('starts a new world if asked to, and keeps nothing of the old one', async () => {
    const first = await start();
    const made = await first.market.createTest(aTest);
    await first.stop();
    await writeFile(path.join(directory, 'left-over'), 'x');
    const second = await start({ fresh: true, timeScale: 60, seed: 4 });
    expect(second.isNew).toBe(true);
    expect(second.addresses.timeBase.scale).toBe(60);
    expect(second.market.account.id).not.toBe(first.market.account.id);
    await expect(second.market.budgets(made.adSetIds)).rejects.toThrow(RangeError);
    expect(existsSync(path.join(directory, 'left-over'))).toBe(false);
  });

  it('simulates its own account, whatever the seed: another sandbox may share its Temporal server and database', async () => {
    const first = await start();
    await first.stop();
    const second = await start({ fresh: true });
    for (const { market } of [first, second]) expect(market.account.id).toMatch(/^act_\d{15}$/);
    expect(second.market.account.id).not.toBe(first.market.account.id);
  });

  it('uses the addresses of real parts if it is given them', async () => {
    const sandbox = await start();
    expect(sandbox.addresses.postgres).toEqual({ connectionString: 'postgres://nobody@127.0.0.1:1/none' });
    expect(sandbox.addresses.temporal).toEqual(NO_TEMPORAL);
    expect(sandbox.temporalUiUrl).toBeNull();
    expect((await readdir(directory)).sort()).toEqual([
      'clock.json',
      expect.stringMatching(/^lock\./),
      'market',
      'running.json',
    ]);
  });

  it('refuses a folder that is in use, and touches nothing in it, even if a new world is wanted', async () => {
    const first = await start();
    const made = await first.market.createTest(aTest);
    await expect(start({ fresh: true })).rejects.toThrow(DataFolderInUse);
    expect(await first.market.budgets(made.adSetIds)).toEqual({ [made.adSetIds[0]!]: 5000 });
    await first.stop();
    expect((await start()).isNew).toBe(false);
  });

  it('asks for a token, as Meta does', async () => {
    const { addresses, market } = await start();
    const answer = await fetch(`${market.url}/v24.0/${market.account.id}?access_token=guess`);
    expect(await answer.json()).toMatchObject({ error: { code: 190 } });
    expect(addresses.meta.accessToken).toMatch(/^sandbox-[0-9a-f]{24}$/);
  });

  describe('that can not start', () => {
    let blocker: Server;
    let port: number;
    beforeEach(async () => {
      port = await claimPort(0, 'none');
      blocker = createServer();
      await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve));
    });
    afterEach(() => new Promise((resolve) => blocker.close(resolve)));

    it.each([
      ['MARKET_PORT', (taken: number) => ({ temporal: 0, temporalUi: 0, market: taken })],
      ['TEMPORAL_PORT', (taken: number) => ({ temporal: taken, temporalUi: 0, market: 0 })],
      ['TEMPORAL_UI_PORT', (taken: number) => ({ temporal: 0, temporalUi: taken, market: 0 })],
    ])('because of %s says so and releases the folder', async (setting, ports) => {
      const failure = await start({ ports: ports(port), temporal: null }).then(
        () => null,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(PortTaken);
      expect(failure).toMatchObject({
        message: `Port ${port} is taken. Set ${setting} to another one (0: any free port).`,
      });
      const lock = await acquireLock(directory);
      await lock.release();
    });

    it('because of another scale releases the folder', async () => {
      await (await start()).stop();
      await expect(start({ timeScale: 60 })).rejects.toThrow('TIME_SCALE 1800, not 60');
      expect((await start()).isNew).toBe(false);
    });
  });
});
