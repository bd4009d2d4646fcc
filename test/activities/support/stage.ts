import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type pg from 'pg';
import { afterAll, beforeAll, expect } from 'vitest';
import { REVERT } from '../../../src/activities/budget-attempt.js';
import { type BudgetActivities, createBudgetActivities } from '../../../src/activities/budgets.js';
import { createGateActivities } from '../../../src/activities/gates.js';
import { createLookActivities } from '../../../src/activities/looks.js';
import { createObservationActivities } from '../../../src/activities/observations.js';
import { createPromotionActivities } from '../../../src/activities/promotions.js';
import { createMetaClient, type MetaClient } from '../../../src/clients/meta/index.js';
import { createPool } from '../../../src/clients/postgres/pool.js';
import { createStore } from '../../../src/clients/postgres/store.js';
import type { Store } from '../../../src/clients/postgres/types.js';
import type { GateAnswer, PromotionGrounds } from '../../../src/contract/activities.js';
import type { ServiceEvent } from '../../../src/contract/events.js';
import type { LedgerRow } from '../../../src/contract/records.js';
import {
  DEFAULT_POLICY,
  type Experiment,
  type ExperimentState,
  type Policy,
} from '../../../src/domain/experiment.js';
import type { Obstacle, Outcome } from '../../../src/domain/rollout/obstacle.js';
import {
  type Market,
  type MarketAccount,
  type MarketSegments,
  type MarketTest,
  startMarket,
} from '../../../src/sandbox/meta-simulator/index.js';
import { HOUR, ManualClock } from '../../sandbox/meta-simulator/support.js';
import { THREE_PHASES } from '../../support/phases.js';
import { migratedDatabase, type TestDatabase } from '../../support/postgres.js';
import { WITHOUT_WAIT } from '../../support/without-wait.js';

export { DAY, HOUR, ManualClock, START } from '../../sandbox/meta-simulator/support.js';

export const MINUTE = HOUR / 60;
export const TOKEN = 'token-of-the-activities';
/** The worker's value at scale 1: longer than any request in flight and any late effect. */
export const UNKNOWN_WAIT = 5 * MINUTE;
/** Real ms that a hanging request costs the tests. */
const SOCKET_TIMEOUT_MS = 1_000;

export interface StageOptions {
  dailyBudgets?: number[];
  clickRates?: number[];
  /** Conversions per link click. */
  conversionRates?: number[];
  policy?: Partial<Policy>;
  account?: Partial<MarketAccount>;
  /** Segments of the audience; by default it has only one. */
  segments?: MarketSegments;
  writesAllowed?: boolean;
  /** Major units. */
  accountEnvelope?: number | null;
  /** Epoch ms: when the ads begin to deliver. */
  startsAt?: number;
  /** How long the ads have delivered when the test begins, ms. */
  leadMs?: number;
  /** Real ms; use more if nothing hangs. */
  socketTimeoutMs?: number;
}

/** One database for the tests of a file; every stage has its own account in it. */
export function useStages(): { open(options?: StageOptions): Promise<Stage>; closeAll(): Promise<void> } {
  let database: TestDatabase;
  let pool: pg.Pool;
  let accounts = 0;
  const open: Stage[] = [];
  beforeAll(async () => {
    database = await migratedDatabase();
    pool = createPool(database.config);
  });
  const closeAll = async () => {
    for (const stage of open.splice(0)) await stage.close();
  };
  afterAll(async () => {
    await closeAll();
    await pool.end();
    await database.stop();
  });
  return {
    async open(options = {}) {
      accounts += 1;
      const stage = await Stage.open(pool, `act_${accounts}`, options);
      open.push(stage);
      return stage;
    },
    closeAll,
  };
}

/** A market with a stopped clock, the real client for it, a real store, and one experiment. */
export class Stage {
  readonly events: ServiceEvent[] = [];
  readonly environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  private constructor(
    readonly clock: ManualClock,
    readonly market: Market,
    readonly meta: MetaClient,
    readonly store: Store,
    readonly experiment: Experiment,
    readonly made: MarketTest,
    readonly writesAllowed: boolean,
    readonly accountEnvelope: number | null,
    private readonly directory: string,
  ) {}

  static async open(pool: pg.Pool, accountId: string, options: StageOptions): Promise<Stage> {
    const { dailyBudgets = [5000, 5000], clickRates = [0.02, 0.03] } = options;
    const clock = new ManualClock(options.startsAt);
    const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-activities-'));
    const market = await startMarket({
      directory,
      clock,
      seed: 7,
      port: 0,
      accessToken: TOKEN,
      account: { timezone: 'UTC', id: accountId, ...options.account },
    });
    const made = await market.createTest({
      name: 'hooks',
      ads: dailyBudgets.map((dailyBudget, index) => ({
        name: `ad ${index}`,
        dailyBudget,
        trueClickRate: clickRates[index] ?? 0.02,
        trueConversionRate: options.conversionRates?.[index],
      })),
      ...(options.segments && { segments: options.segments }),
    });
    clock.pass(options.leadMs ?? 0);
    const store = createStore(pool, { environment: 'sandbox', accountId });
    const experiment = await store.createExperiment({
      id: 'exp',
      name: 'Hooks',
      environment: 'sandbox',
      accountId,
      currency: market.account.currency,
      state: 'running',
      reason: { code: 'started' },
      hold: null,
      stateChangedAt: clock.instant,
      policy: { ...DEFAULT_POLICY, ...WITHOUT_WAIT, phases: THREE_PHASES, ...options.policy },
      variants: dailyBudgets.map((_, index) => ({
        id: index === 0 ? 'control' : `challenger-${index}`,
        role: index === 0 ? 'control' : 'challenger',
        adId: made.adIds[index]!,
        adSetId: made.adSetIds[index]!,
        creative: { hook: null, headline: `ad ${index}`, text: null, script: null, visualNotes: null },
      })),
      startedAt: clock.instant,
      winnerVariantId: null,
      promotedAt: null,
      endedAt: null,
    });
    const meta = createMetaClient({
      accessToken: TOKEN,
      accountId,
      graphUrl: market.url,
      apiVersion: 'v24.0',
      socketTimeoutMs: options.socketTimeoutMs ?? SOCKET_TIMEOUT_MS,
      now: () => clock.now(),
    });
    const { writesAllowed = true, accountEnvelope = null } = options;
    return new Stage(clock, market, meta, store, experiment, made, writesAllowed, accountEnvelope, directory);
  }

  /** The control's. */
  get loser(): string {
    return this.made.adSetIds[0]!;
  }

  /** The first challenger's. */
  get winner(): string {
    return this.made.adSetIds[1]!;
  }

  get deps() {
    const { store, meta, clock, writesAllowed, accountEnvelope } = this;
    const announce = (event: ServiceEvent) => void this.events.push(event);
    return {
      store,
      meta,
      clock,
      writesAllowed,
      accountEnvelope,
      announce,
      unknownOutcomeWaitMs: UNKNOWN_WAIT,
    };
  }

  get budgets() {
    return createBudgetActivities(this.deps);
  }

  get looks() {
    return createLookActivities(this.deps);
  }

  get observations() {
    return createObservationActivities(this.deps);
  }

  get gates() {
    return createGateActivities(this.deps);
  }

  /** The result of the gate before a phase, in one object. */
  async gate(phase = '60'): Promise<Gated> {
    return gated(await this.gates.gate({ experimentId: this.experiment.id, phase }));
  }

  get promotions() {
    return createPromotionActivities(this.deps);
  }

  /** Opens a promotion of the first challenger and enters the state in which it writes. */
  async promote(): Promise<this> {
    const opened = await this.promotions.openPromotion(this.experiment.id, GROUNDS);
    if (opened.kind === 'refused') throw new Error(opened.reasons.join(' '));
    return this.become('rolling_out');
  }

  async become(to: ExperimentState): Promise<this> {
    const { id } = this.experiment;
    const from = (await this.store.getExperiment(id))!.state;
    const at = this.clock.instant;
    if (from !== to)
      await this.store.transition({
        experimentId: id,
        from,
        to,
        reason: { code: 'recorded', detail: 'a test' },
        at,
      });
    return this;
  }

  write(
    phase: string,
    adSetId: string,
    target: number,
    { writeBudget }: BudgetActivities = this.budgets,
  ): Promise<Outcome> {
    const request = { experimentId: this.experiment.id, phase, adSetId, target };
    return this.environment.run<[typeof request], Outcome, typeof writeBudget>(writeBudget, request);
  }

  async revert(adSetId: string, target: number): Promise<Outcome> {
    await this.become('reverting');
    return this.write(REVERT, adSetId, target);
  }

  /** The market's budgets, in the order of the variants. */
  async amounts(): Promise<number[]> {
    const now = await this.market.budgets(this.made.adSetIds);
    return this.made.adSetIds.map((id) => now[id]!);
  }

  ledger(): Promise<LedgerRow[]> {
    return this.store.listLedger(this.experiment.id);
  }

  /** Outcomes of the ledger, in order. */
  async outcomes(): Promise<string[]> {
    return (await this.ledger()).map((row) => row.outcome);
  }

  /**
   * The ledger has one row per attempt that reached the market, in the same order and with the same amounts. Only an
   * attempt of unknown outcome may lack its row in the market's audit.
   */
  async expectBooksToAgree(): Promise<void> {
    const audit = (await this.market.audit()).filter((row) => row.actor === 'api');
    for (const row of await this.ledger()) {
      if (row.outcome === 'not_sent') continue;
      const arrived = audit[0];
      const matches =
        arrived?.adSetId === row.adSetId && arrived.requested === row.intended && arrived.at === row.at;
      if (!matches) {
        expect(row.outcome, `row ${row.sequence} lacks its audit row`).toMatch(/^(unknown|pending)$/);
        continue;
      }
      audit.shift();
      if (row.outcome === 'applied') {
        expect(arrived.outcome).toBe('applied');
        expect([row.before, row.readBack]).toEqual([arrived.before, arrived.requested]);
      }
      if (row.outcome === 'refused') expect(arrived.outcome).toBe('refused');
    }
    expect(audit, 'writes that the ledger does not know').toEqual([]);
  }

  async close(): Promise<void> {
    await this.market.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A gate's result with its outcome's fields. */
export type Gated = Partial<Omit<Obstacle, 'kind'>> & {
  kind: Outcome['kind'];
  current: GateAnswer['current'];
};
export function gated({ outcome, current }: GateAnswer): Gated {
  return { ...outcome, current };
}

export const GROUNDS: PromotionGrounds = {
  winnerVariantId: 'challenger-1',
  lookNumber: 5,
  forced: false,
  by: 'rule',
  reason: 'confidence 0.970 ≥ 0.950',
  confidence: 0.97,
  theta: 0.3,
  se: 0.1,
  interval: null,
  metrics: {},
};

/** The ApplicationFailure with which a call ends. */
export async function failureOf(call: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await call.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApplicationFailure)) throw error;
  return error;
}
