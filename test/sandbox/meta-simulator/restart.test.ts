import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { startMarket } from '../../../src/sandbox/meta-simulator/index.js';
import { DAY, HOUR, ManualClock, START, Stage, TOKEN } from './support.js';

let stage: Stage | null = null;
afterEach(async () => {
  await stage?.dispose();
  stage = null;
});

describe('a market that restarts', () => {
  it('draws the same on two servers with the same seed', async () => {
    stage = await new Stage({ seed: 9 }).open();
    const twin = await new Stage({ seed: 9 }).open();
    try {
      for (const one of [stage, twin]) {
        one.clock.pass(7 * HOUR);
        await one.setBudget(one.adSets[0], 8_000);
        one.clock.pass(3 * DAY);
      }
      expect(twin.test).toEqual(stage.test);
      expect(twin.market.account).toEqual(stage.market.account);
      expect(await twin.hours()).toEqual(await stage.hours());
    } finally {
      await twin.dispose();
    }
  });

  it('has the same figures, budgets, audit and ids as before, whatever seed is asked for', async () => {
    stage = await new Stage({ seed: 4 }).open();
    stage.clock.pass(5 * HOUR + 400_000);
    await stage.setBudget(stage.adSets[0], 6_000);
    await stage.market.edit(stage.ads[1], { status: 'PAUSED' });
    stage.clock.pass(5 * HOUR);
    const before = { hours: await stage.hours(), audit: await stage.market.audit(), url: stage.market.url };
    const { account } = stage.market;
    await stage.market.close();
    stage.market = await startMarket({
      directory: stage.directory,
      clock: stage.clock,
      seed: 77,
      port: 0,
      accessToken: TOKEN,
      account: { currency: 'JPY' },
    });
    expect(stage.market.account).toEqual(account);
    expect(await stage.hours()).toEqual(before.hours);
    expect(await stage.market.audit()).toEqual(before.audit);
    expect(await stage.budget(stage.adSets[0])).toBe(6_000);
    const more = await stage.market.createTest({
      name: 'more',
      ads: [{ name: 'x', dailyBudget: 1_000, trueClickRate: 0.01 }],
    });
    const ids = [...stage.test.adIds, ...stage.test.adSetIds, ...more.adIds, ...more.adSetIds];
    expect(new Set(ids).size).toBe(6);
  });

  it('has gone on while it was stopped', async () => {
    stage = await new Stage().open();
    const steady = await new Stage().open();
    try {
      await stage.market.close();
      stage.clock.pass(2 * DAY);
      steady.clock.pass(2 * DAY);
      await stage.start();
      expect(await stage.hours()).toEqual(await steady.hours());
    } finally {
      await steady.dispose();
    }
  });

  it('applies a late write at its due instant, even if it was stopped then', async () => {
    stage = await new Stage().open();
    const [control] = stage.adSets;
    await stage.market.order({ kind: 'late_apply', delayMs: 3 * HOUR });
    await expect(stage.setBudget(control, 48_000)).rejects.toThrow();
    await stage.market.close();
    stage.clock.pass(6 * HOUR);
    await stage.start();
    expect(await stage.budget(control)).toBe(48_000);
    expect(await stage.market.audit()).toMatchObject([{ outcome: 'applied', appliedAt: START + 3 * HOUR }]);
    const spends = (await stage.hours())
      .filter(({ adId }) => adId === stage?.ads[0])
      .map(({ spend }) => spend);
    expect(Math.max(...spends.slice(0, 3))).toBeLessThan(4);
    expect(Math.min(...spends.slice(3))).toBeGreaterThan(10);
  });

  it('remembers faults, how often they have struck, the limit of changes, and reports', async () => {
    stage = await new Stage().open();
    const [control, challenger] = stage.adSets;
    await stage.market.order({ kind: 'server_error', objectId: control, method: 'GET', skip: 1, times: 2 });
    await stage.get(control);
    await stage.get(control);
    for (let i = 1; i <= 5; i++) await stage.setBudget(challenger, 5_000 + i);
    const order = await stage.post(`${stage.market.account.id}/insights`, {
      level: 'ad',
      date_preset: 'today',
    });
    await stage.restart();
    expect((await stage.get(control)).status).toBe(500);
    expect((await stage.get(control)).status).toBe(200);
    stage.clock.pass(HOUR - 1);
    expect((await stage.setBudget(challenger, 6_000)).body.error.code).toBe(613);
    stage.clock.pass(1);
    expect((await stage.setBudget(challenger, 6_000)).status).toBe(200);
    expect((await stage.get(String(order.body.report_run_id))).body.async_status).toBe('Job Running');
  });

  it('drops an incomplete last line, keeps no token on disk, and never runs backwards', async () => {
    stage = await new Stage().open();
    stage.clock.pass(HOUR);
    await stage.setBudget(stage.adSets[0], 6_000);
    const hours = await stage.hours();
    const journal = join(stage.directory, 'market.jsonl');
    await appendFile(journal, '{"type":"change","at":17956');
    stage.clock.pass(-HOUR / 2);
    await stage.restart();
    expect(await stage.budget(stage.adSets[0])).toBe(6_000);
    expect(await stage.hours()).toEqual(hours);
    await stage.setBudget(stage.adSets[0], 7_000);
    expect((await stage.market.audit()).map(({ at }) => at)).toEqual([START + HOUR, START + HOUR]);
    expect(await readFile(journal, 'utf8')).not.toContain(TOKEN);
  });

  it('says that its port is taken, and keeps nothing open then', async () => {
    stage = await new Stage().open();
    const port = Number(new URL(stage.market.url).port);
    const directory = await mkdtemp(join(tmpdir(), 'market-'));
    try {
      await expect(
        startMarket({ directory, clock: new ManualClock(), seed: 1, port, accessToken: TOKEN }),
      ).rejects.toMatchObject({ code: 'EADDRINUSE' });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('closes open sockets when it stops', async () => {
    stage = await new Stage().open();
    const socket = createConnection(Number(new URL(stage.market.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const ended = once(socket, 'close');
    await stage.restart();
    await ended;
  });
});

describe('kill -9', () => {
  it.each([3, 11, 24])('after %d writes loses no acknowledged one and invents none', async (kills) => {
    const directory = await mkdtemp(join(tmpdir(), 'market-'));
    const script = fileURLToPath(new URL('./victim.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, directory, TOKEN], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const exited = once(child, 'exit');
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      const { url, adSetId } = JSON.parse(line) as { url: string; adSetId: string };
      const acknowledged: number[] = [];
      const writes = Array.from({ length: 40 }, async (_, i) => {
        const body = new URLSearchParams({ daily_budget: String(6_000 + i), access_token: TOKEN });
        const answer = await fetch(`${url}/v24.0/${adSetId}`, { method: 'POST', body });
        await answer.text();
        acknowledged.push(6_000 + i);
        if (acknowledged.length === kills) child.kill('SIGKILL');
      });
      await Promise.allSettled(writes);
      await exited;
      const market = await startMarket({
        directory,
        clock: new ManualClock(),
        seed: 2,
        port: 0,
        accessToken: TOKEN,
      });
      const audit = await market.audit();
      const budgets = await market.budgets([adSetId]);
      await market.close();
      expect(audit.map(({ sequence }) => sequence)).toEqual(audit.map((_, i) => i + 1));
      expect(audit.length).toBeGreaterThanOrEqual(kills);
      const known = new Set(audit.map(({ requested }) => requested));
      expect(known.size).toBe(audit.length);
      expect(acknowledged.filter((amount) => !known.has(amount))).toEqual([]);
      const applied = audit.filter(({ outcome }) => outcome === 'applied');
      expect(budgets[adSetId]).toBe(applied.at(-1)!.requested);
    } finally {
      child.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    }
  });
});
