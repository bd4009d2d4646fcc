import { setTimeout as delay } from 'node:timers/promises';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway } from '../../src/api/temporal/gateway.js';
import { ensureSchedules } from '../../src/service/schedules.js';
import { startWorld, type World } from '../support/world.js';

const DAY_MS = 24 * 3_600_000;

/** The Schedules of the reports on the product's own server. */
describe('the reports', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ kind: 'dev', scale: 1 });
    const { client, names, timeBase } = world;
    await ensureSchedules(client, names, { timezone: 'UTC', timeBase });
  }, 180_000);
  afterAll(() => world?.stop());

  const schedule = (job: Parameters<World['names']['scheduleId']>[0]) =>
    world.client.schedule.getHandle(world.names.scheduleId(job));

  it('are caught up for 12 hours, and never run beside each other', async () => {
    const policies = async (job: Parameters<typeof schedule>[0]) => {
      const { catchupWindow, overlap } = (await schedule(job).describe()).policies;
      return [overlap, catchupWindow];
    };
    expect(await policies('daily_promotion_summary')).toEqual(['SKIP', DAY_MS / 2]);
    expect(await policies('weekly_compound_report')).toEqual(['SKIP', DAY_MS / 2]);
    expect(await policies('auto_promotion_check')).toEqual(['SKIP', 60_000]);
  });

  it('after a week without a worker are one, however often it is asked for', async () => {
    const { store, client, names, timeBase } = world;
    const daily = schedule('daily_promotion_summary');
    const now = Date.now();
    await world.whileDown(async () => {
      // What the server starts in a week: the first run waits for a worker, and the others are skipped.
      const week = { start: new Date(now - 7 * DAY_MS), end: new Date(now) };
      await daily.backfill({ ...week, overlap: ScheduleOverlapPolicy.SKIP });
      await delay(1_000);
      expect(await store.countReports({})).toBe(0);
    });
    const gateway = createGateway({ client, names, timeBase });
    const lastRun = async () => {
      const jobs = await gateway.jobs();
      return jobs.find(({ id }) => id === 'daily_promotion_summary')!.lastRun;
    };
    const ended = async () => {
      for (let run = await lastRun(); ; run = await lastRun()) {
        if (run?.status === 'completed') return run;
        await delay(50);
      }
    };
    const first = await ended();
    const [report, ...others] = await store.listReports({ limit: 10, offset: 0 });
    expect(others).toEqual([]);
    expect(report!.id).toBe(`daily-${new Date(report!.madeAt).toISOString().slice(0, 10)}`);
    expect(first).toMatchObject({ status: 'completed', result: report!.text });
    await daily.trigger();
    while ((await lastRun())!.startedAt === first!.startedAt) await delay(50);
    await ended();
    expect(await store.countReports({})).toBe(1);
  });
});
