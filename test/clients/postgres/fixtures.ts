import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { migrate } from '../../../src/clients/postgres/migrate.js';
import { createPool } from '../../../src/clients/postgres/pool.js';
import { createStore } from '../../../src/clients/postgres/store.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import type { Observation, Promotion, Recheck, Verification } from '../../../src/contract/records.js';
import type { Decision } from '../../../src/domain/decision/decision.js';
import { DEFAULT_POLICY, type Experiment } from '../../../src/domain/experiment.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import {
  type DatabaseKind,
  databaseKinds,
  freshDatabase,
  type TestDatabase,
} from '../../support/postgres.js';

/** For `describe.each`: every kind that can be started here. If one can't, the name says so. */
export const DATABASES: { kind: DatabaseKind; database: string }[] = databaseKinds().map(
  (kind, _, kinds) => ({
    kind,
    database: kinds.length > 1 ? kind : `${kind} alone: no real PostgreSQL can be started here`,
  }),
);

/** 2026-03-02T08:00:00.000Z */
export const START = 1_772_438_400_000;

/** A migrated database for the tests of one `describe`; each `store()` belongs to a new account. */
export function useDatabase(kind: DatabaseKind) {
  let database: TestDatabase | undefined;
  let pool: pg.Pool | undefined;
  let accounts = 0;
  beforeAll(async () => {
    database = await freshDatabase(kind);
    pool = createPool(database.config);
    await migrate(pool);
  });
  afterAll(async () => {
    await pool?.end();
    await database?.stop();
  });
  const account = () => {
    accounts += 1;
    return `act_${accounts}`;
  };
  const store = (accountId = account(), environment: 'sandbox' | 'live' = 'sandbox'): Store =>
    createStore(pool!, { environment, accountId });
  return {
    get pool() {
      return pool!;
    },
    account,
    store,
    /** A store with one experiment. */
    async seeded(changes: Partial<Experiment> = {}): Promise<{ store: Store; experiment: Experiment }> {
      const accountId = account();
      const seeded = store(accountId);
      return {
        store: seeded,
        experiment: await seeded.createExperiment(anExperiment({ accountId, ...changes })),
      };
    },
  };
}

export function anExperiment(changes: Partial<Experiment> = {}): Experiment {
  return {
    id: 'exp_1',
    name: 'Spring hooks',
    environment: 'sandbox',
    accountId: 'act_1',
    currency: 'USD',
    state: 'running',
    reason: { code: 'recorded', detail: 'registered' },
    hold: null,
    stateChangedAt: START,
    policy: DEFAULT_POLICY,
    variants: [
      {
        id: 'control',
        role: 'control',
        adId: '601',
        adSetId: '501',
        creative: {
          hook: 'Tired of “ads”?',
          headline: null,
          text: 'Line 1\nLine 2',
          script: null,
          visualNotes: '🙂',
        },
      },
      {
        id: 'challenger-1',
        role: 'challenger',
        adId: '602',
        adSetId: '502',
        creative: { hook: null, headline: "It's here", text: null, script: null, visualNotes: null },
      },
    ],
    startedAt: START,
    winnerVariantId: null,
    promotedAt: null,
    endedAt: null,
    ...changes,
  };
}

/** Another experiment with other ads and ad sets. */
export function anotherExperiment(id: string, number: number, changes: Partial<Experiment> = {}): Experiment {
  const experiment = anExperiment({ id, ...changes });
  return {
    ...experiment,
    variants: experiment.variants.map((variant) => ({
      ...variant,
      adId: `${number}${variant.adId}`,
      adSetId: `${number}${variant.adSetId}`,
    })),
  };
}

export function anObservation(changes: Partial<Observation> = {}): Observation {
  const { bucketStart = START, granularity = 'hour' } = changes;
  return {
    variantId: 'control',
    adId: '601',
    bucketStart,
    bucketEnd: bucketStart + (granularity === 'hour' ? 1 : 24) * HOUR_MS,
    granularity,
    impressions: 1000,
    clicks: 30,
    linkClicks: 20,
    spend: 512,
    conversions: 3,
    revenue: 4999,
    ...changes,
  };
}

export function aDecision(changes: Partial<Decision> = {}): Decision {
  return {
    experimentId: 'exp_1',
    lookNumber: 1,
    dueAt: START + 6 * HOUR_MS,
    seenUntil: START + 6 * HOUR_MS + 17,
    decidedAt: START + 6 * HOUR_MS + 42,
    rule: 'sequential',
    ruleVersion: '1',
    verdict: 'continue_testing',
    winnerVariantId: null,
    leaderVariantId: 'challenger-1',
    confidence: 0.1 + 0.2,
    pairs: [
      {
        variantA: 'control',
        variantB: 'challenger-1',
        evidence: {
          hours: 6,
          theta: 0.08734512345678901,
          se: 5e-324,
          df: 5.000000000000001,
          t: 1.7976931348623157e308,
          information: 12.5,
          counts: false,
          adjusted: true,
          missing: [{ code: 'minimum_hours', value: 6, limit: 24 }],
          bound: null,
          tCritical: null,
          p: 1,
          confidence: 0,
          interval: [-0.02, 0.31],
          winner: null,
        },
        calledWinner: null,
        welch: { t: -1.5, df: 1998.2, p: 0.13 },
      },
    ],
    metrics: {
      control: {
        impressions: 6000,
        clicks: 180,
        linkClicks: 120,
        spend: 3000,
        conversions: 18,
        revenue: 30_000,
      },
      'challenger-1': {
        impressions: 6100,
        clicks: 190,
        linkClicks: 130,
        spend: 3010,
        conversions: 20,
        revenue: 0,
      },
    },
    reasons: ['6 h < 24 h', 'a "quoted", {braced}, \\slashed sentence', ''],
    health: [
      {
        code: 'mix_shift',
        level: 'warn',
        message: 'delivery of control and challenger-1 shifted between hours',
      },
    ],
    outlook: { hours: 120.5, looks: 21, inTime: true },
    setting: { dailyBudgets: { control: 5000 }, randomised: false },
    accountDrift: null,
    inputHash: 'ab'.repeat(32),
    askedBy: 'schedule',
    ...changes,
  };
}

export function aPromotion(changes: Partial<Promotion> = {}): Promotion {
  return {
    experimentId: 'exp_1',
    winnerVariantId: 'challenger-1',
    lookNumber: 5,
    forced: false,
    by: 'rule',
    reason: 'confidence 0.97 >= 0.95',
    status: 'in_progress',
    plan: {
      winnerAdSetId: '502',
      base: { '501': 5000, '502': 5000 },
      phases: [{ name: '60', winnerShare: 0.6, waitHours: 0, targets: { '501': 4000, '502': 6000 } }],
      skipped: [],
    },
    confidence: 0.97,
    theta: 0.2,
    se: 0.05,
    interval: [0.08, 0.31],
    metrics: aDecision().metrics,
    openedAt: START + 30 * HOUR_MS,
    phasesDone: {},
    ...changes,
  };
}

export function aVerification(changes: Partial<Verification> = {}): Verification {
  return {
    experimentId: 'exp_1',
    outcome: 'verified',
    winner: 'challenger-1',
    rival: 'control',
    theta: 0.12,
    se: 0.05,
    df: 160.5,
    interval: [0.04, 0.22],
    rows: 167,
    days: 7,
    winnerEvents: 900,
    rivalEvents: 190,
    logHarm: null,
    message: 'Verified: it holds.',
    dueAt: START + 216 * HOUR_MS,
    seenUntil: START + 216 * HOUR_MS + 5,
    decidedAt: START + 216 * HOUR_MS + 9,
    ...changes,
  };
}

export function aRecheck(changes: Partial<Recheck> = {}): Recheck {
  const { logHarm: _, outcome: __, ...measured } = aVerification();
  return {
    ...measured,
    outcome: 'holds',
    message: 'The lift holds.',
    laterTests: [],
    dueAt: START + 700 * HOUR_MS,
    seenUntil: START + 700 * HOUR_MS + 5,
    decidedAt: START + 700 * HOUR_MS + 9,
    ...changes,
  };
}
