import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway } from '../../src/api/temporal/gateway.js';
import { MetaError } from '../../src/clients/meta/types.js';
import { namesOf } from '../../src/contract/names.js';
import type { TimeBase } from '../../src/domain/time-base.js';
import { toExperimentTime } from '../../src/domain/time-base.js';
import { ensureSchedules } from '../../src/service/schedules.js';
import { prepareUpkeep } from '../../src/service/upkeep.js';
import { startDevServer, type TestTemporal } from '../support/temporal.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Weekday, hour and minute in a time zone, as `Mon 09:00`. */
const clockIn = (timeZone: string, instant: number) =>
  new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).format(instant);

describe('the Schedules', () => {
  let temporal: TestTemporal;
  beforeAll(async () => {
    temporal = await startDevServer();
  }, 180_000);
  afterAll(() => temporal?.stop());

  let accounts = 0;
  /** A new service on the server. */
  const aService = (timeBase: TimeBase) => {
    const names = namesOf({ environment: 'sandbox', accountId: `act_${++accounts}` });
    const { client } = temporal;
    const gateway = createGateway({ client, names, timeBase });
    const nextRuns = async () => {
      const jobs = await gateway.jobs();
      const runOf = (id: string) => jobs.find((job) => job.id === id)!.nextRunAt!;
      return { daily: runOf('daily_promotion_summary'), weekly: runOf('weekly_compound_report') };
    };
    const ensure = (timezone: string | null) => ensureSchedules(client, names, { timezone, timeBase });
    return { names, client, gateway, nextRuns, ensure };
  };

  it.each(['America/New_York', 'Asia/Tokyo'])(
    'report at 9 o’clock in the account’s time zone, %s, in real time',
    async (timezone) => {
      const { ensure, nextRuns } = aService({ epochMs: 0, scale: 1 });
      const now = Date.now();
      await ensure(timezone);
      const { daily, weekly } = await nextRuns();
      expect(clockIn(timezone, daily)).toMatch(/ 09:00$/);
      expect(clockIn(timezone, weekly)).toMatch(/^Mon,? 09:00$/);
      expect(daily - now).toBeLessThanOrEqual(DAY + MINUTE);
      expect(weekly - now).toBeLessThanOrEqual(7 * DAY + MINUTE);
    },
  );

  it.each([60, 1_800, 7_200])(
    'in a world that runs %i times faster, report on each of its days soon after 9 o’clock',
    async (scale) => {
      const timezone = 'America/New_York';
      const timeBase = { epochMs: Date.now() - 777, scale };
      const { ensure, nextRuns } = aService(timeBase);
      const before = toExperimentTime(timeBase, Date.now());
      await ensure(timezone);
      const { daily, weekly } = await nextRuns();
      const after = toExperimentTime(timeBase, Date.now());
      // At most one real second after the hour.
      const late = scale * 1000;
      const hour = /^\w{3},? (09:\d\d|1[01]:\d\d)$/;
      expect(clockIn(timezone, daily)).toMatch(hour);
      expect(clockIn(timezone, weekly)).toMatch(hour);
      expect(clockIn(timezone, weekly)).toMatch(/^Mon/);
      for (const [next, period] of [
        [daily, DAY],
        [weekly, 7 * DAY],
      ] as const) {
        expect(next).toBeGreaterThan(before);
        expect(next).toBeLessThanOrEqual(after + period + late);
      }
    },
  );

  it('move if the time zone has changed, and stay paused if a user has paused them', async () => {
    const { ensure, nextRuns, client, names, gateway } = aService({ epochMs: 0, scale: 1 });
    await ensure(null);
    expect(clockIn('UTC', (await nextRuns()).daily)).toMatch(/ 09:00$/);
    await client.schedule.getHandle(names.scheduleId('weekly_compound_report')).pause('a holiday');
    await ensure('America/New_York');
    const moved = (await nextRuns()).daily;
    expect(clockIn('America/New_York', moved)).toMatch(/ 09:00$/);
    const paused = (await gateway.jobs()).filter((job) => job.paused).map((job) => job.id);
    expect(paused).toEqual(['weekly_compound_report']);
    // Meta doesn't answer now: the existing Schedules stay.
    await ensure(null);
    expect((await nextRuns()).daily).toBe(moved);
  });

  it('are made even if Meta does not answer, and a line says so', async () => {
    const timeBase = { epochMs: 0, scale: 1 };
    const { client, names, gateway } = aService(timeBase);
    const details = { httpStatus: 400, code: 190, subcode: null, traceId: null, retryAfterMs: null };
    const failure = new MetaError('auth', 'The token has expired.', { ...details, outcome: 'not_applied' });
    const said: string[] = [];
    const meta = { getAccount: () => Promise.reject(failure) };
    // No worker runs here, so nothing can reconcile.
    const withoutWorker = { schedule: client.schedule, workflow: { execute: async () => {} } };
    await prepareUpkeep(
      { client: withoutWorker as never, names, timeBase, meta: meta as never },
      (line) => void said.push(line),
    );
    expect(await gateway.jobs()).toHaveLength(4);
    expect(said).toEqual([
      "The account's time zone could not be read: The token has expired. The daily and weekly reports keep their hours until the next start.",
    ]);
  });
});
