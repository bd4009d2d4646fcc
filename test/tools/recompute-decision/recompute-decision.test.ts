import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLookActivities } from '../../../src/activities/looks.js';
import { replayDecision } from '../../../src/activities/recompute-decision.js';
import { migrate } from '../../../src/clients/postgres/migrate.js';
import { createPool } from '../../../src/clients/postgres/pool.js';
import { createStore } from '../../../src/clients/postgres/store.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import type { Observation } from '../../../src/contract/records.js';
import { DEFAULT_POLICY } from '../../../src/domain/experiment.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { startPostgres } from '../../../src/sandbox/postgres.js';
import { poisson, random } from '../../domain/evidence/simulate.js';
import { PLAIN_SETTINGS } from '../../support/ad-set-settings.js';
import { runCommand } from '../../support/command.js';

const START = Date.UTC(2026, 10, 23);
const RATES: Record<string, number> = { control: 0.02, challenger: 0.023 };

/** A record on disk with six looks and restated rows, as a service would leave it. */
describe('a stored decision', () => {
  let directory = '';
  let pool: pg.Pool;
  let store: Store;
  let close: () => Promise<void>;

  const open = async () => {
    const database = await startPostgres({ directory: path.join(directory, 'postgres') });
    pool = createPool(database.config);
    await migrate(pool);
    store = createStore(pool, { environment: 'sandbox', accountId: 'act_1' });
    close = async () => {
      await pool.end();
      await database.stop();
    };
  };
  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-replay-'));
    await open();
    let now = START;
    const clock = { scale: 1, now: async () => now };
    const adSet = {
      ...{ id: '500', name: '', campaignId: '400', accountId: 'act_1', dailyBudget: 5_000 },
      ...{ status: 'ACTIVE', effectiveStatus: 'ACTIVE', lifetimeBudget: null, endTime: null },
      ...{
        hasBudgetSchedule: false,
        resultEvent: null,
        learningStage: null,
        lastSignificantEditAt: null,
        settings: PLAIN_SETTINGS,
      },
    };
    const campaign = {
      ...{ id: '400', name: '', status: 'ACTIVE', effectiveStatus: 'ACTIVE', adSetBudgetSharing: true },
      ...{ dailyBudget: null, lifetimeBudget: null, spendCap: null, startTime: null, stopTime: null },
    };
    const account = {
      ...{ id: 'act_1', name: '', currency: 'USD', timezone: 'UTC', status: 1, minDailyBudget: 100 },
      ...{ spendCap: null, amountSpent: 0, disableReason: null },
    };
    const meta = {
      getAdSet: async () => adSet,
      getCampaign: async () => campaign,
      getSplitTests: async () => ['900'],
      getAccount: async () => account,
      getSegments: async () => [],
    };
    const looks = createLookActivities({ store, meta, clock, announce: () => {} });
    const variants = Object.keys(RATES).map((id, index) => ({
      id,
      role: index === 0 ? ('control' as const) : ('challenger' as const),
      adId: `60${index}`,
      adSetId: `50${index}`,
      creative: { hook: null, headline: null, text: null, script: null, visualNotes: null },
    }));
    await store.createExperiment({
      ...{ id: 'exp', name: 'Replay', environment: 'sandbox', accountId: 'act_1', currency: 'USD' },
      ...{
        state: 'running',
        reason: { code: 'recorded', detail: '' },
        hold: null,
        stateChangedAt: START,
        policy: DEFAULT_POLICY,
      },
      ...{ variants, startedAt: START, winnerVariantId: null, promotedAt: null, endedAt: null },
    });
    const uniform = random(5);
    const hour = (index: number, correction: number): Observation[] =>
      variants.map(({ id, adId }) => ({
        ...{
          variantId: id,
          adId,
          bucketStart: START + index * HOUR_MS,
          bucketEnd: START + (index + 1) * HOUR_MS,
          granularity: 'hour',
          impressions: 900,
        },
        ...{
          clicks: 40,
          linkClicks: poisson(uniform, 900 * RATES[id]!) + correction,
          spend: 500,
          conversions: 0,
          revenue: 0,
        },
      }));
    for (let look = 1; look <= 6; look++) {
      now = START + look * 8 * HOUR_MS;
      const hours = Array.from({ length: 8 }, (_, index) => (look - 1) * 8 + index);
      await store.appendObservations(
        'exp',
        hours.flatMap((index) => hour(index, 0)),
        now,
      );
      await looks.look({ experimentId: 'exp', lookNumber: look, dueAt: now, askedBy: 'schedule' });
    }
    // Meta restates its figures later; the decision used those known at the time.
    await store.appendObservations(
      'exp',
      [3, 4, 5].flatMap((index) => hour(index, 7)),
      now + HOUR_MS,
    );
  }, 60_000);
  afterAll(async () => {
    await close?.();
    await rm(directory, { recursive: true, force: true });
  });

  const command = (...args: string[]) =>
    runCommand('src/tools/recompute-decision/main.ts', args, {
      ...process.env,
      MODE: 'sandbox',
      DATA_DIR: directory,
      // Nothing listens on this port.
      PORT: '1',
      DATABASE_URL: '',
    });

  it.each([1, 3, 6])(
    'of look %i is the same when recomputed, whether its rows were restated or not',
    async (look) => {
      expect(await replayDecision(store, 'exp', look)).toEqual({
        experimentId: 'exp',
        lookNumber: look,
        same: true,
        differences: [],
        reworded: [],
      });
    },
  );

  it('is that of the latest look if no number is given; an unknown look has none', async () => {
    expect((await replayDecision(store, 'exp', null))?.lookNumber).toBe(6);
    expect(await replayDecision(store, 'exp', 7)).toBeNull();
    expect(await replayDecision(store, 'nobody', null)).toBeNull();
  });

  it('is recomputed by the command, which names the differences after someone has changed the record', async () => {
    await close();
    const first = await command('exp');
    expect(first).toEqual({ code: 0, out: 'same\n', err: '' });
    expect(await command('exp/9')).toMatchObject({
      code: 1,
      out: '',
      err: 'No look 9 of experiment exp was found.\n',
    });
    expect(await command()).toMatchObject({ code: 1, err: expect.stringMatching(/^Usage:/) });
    await open();
    await pool.query('alter table auto_promotion.decisions disable trigger all');
    await pool.query(
      "update auto_promotion.decisions set verdict = 'promote', winner_variant_id = 'challenger' where look_number = 6",
    );
    await close();
    const doctored = await command('exp/6');
    expect(doctored.code).toBe(1);
    expect(doctored.out).toMatch(
      /^look 6 of exp differs:\nverdict: stored "promote", computed "continue_testing"\nwinnerVariantId: stored "challenger", computed null\n$/,
    );
    await open();
  }, 60_000);
});
