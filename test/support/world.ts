import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Client, WithStartWorkflowOperation, type WorkflowUpdateHandle } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { inject } from 'vitest';
import type { PaidClaude } from '../../src/activities/insights/index.js';
import type { ExperimentClock } from '../../src/clients/clock.js';
import { createMetaClient } from '../../src/clients/meta/index.js';
import { createPool } from '../../src/clients/postgres/pool.js';
import { createStore } from '../../src/clients/postgres/store.js';
import type { Store } from '../../src/clients/postgres/types.js';
import { createHooks } from '../../src/clients/webhook/index.js';
import type { Hooks } from '../../src/clients/webhook/types.js';
import type { ServiceEvent } from '../../src/contract/events.js';
import type { ExperimentInput } from '../../src/contract/experiment-input.js';
import {
  type ControlKind,
  type ControlOutcome,
  type ExperimentStatus,
  STATUS_QUERY,
} from '../../src/contract/messages.js';
import { EXPERIMENT_WORKFLOW, type Names, namesOf } from '../../src/contract/names.js';
import { addDays, localDate, localHourStart } from '../../src/domain/calendar.js';
import {
  type Creative,
  DEFAULT_POLICY,
  type Experiment,
  type Policy,
  stateReasonOf,
} from '../../src/domain/experiment.js';
import { HOUR_MS } from '../../src/domain/time.js';
import type { TimeBase } from '../../src/domain/time-base.js';
import {
  type Market,
  type MarketCreative,
  type MarketOptions,
  startMarket,
} from '../../src/sandbox/meta-simulator/index.js';
import type { Collaborators, Learning } from '../../src/service/collaborators.js';
import { type RunningWorker, startWorker } from '../../src/service/worker.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../../src/workflows/search-attributes.js';
import { THREE_PHASES } from './phases.js';
import { migratedDatabase, type TestDatabase } from './postgres.js';
import { startDevServer, startTimeSkipping, type TestTemporal } from './temporal.js';
import { clearOfTimers } from './timers.js';
import { WITHOUT_WAIT } from './without-wait.js';

const TOKEN = 'token-of-the-world';

export interface NewTest {
  id: string;
  /** Hidden truth: link clicks per impression, control first. */
  clickRates: number[];
  /** In the same order; unset: the ads have no texts. */
  headlines?: string[];
  /** What the user or a draft says of each ad, in the same order; unset: the headlines alone. */
  written?: Creative[];
  /** The draft that each ad was made from, in the same order; null: none. */
  draftIds?: (string | null)[];
  /** What Meta has of the ads, in the same order; unset: the headlines, or else the names of the ads. */
  creatives?: MarketCreative[];
  /** The other texts that the test says of its ads, in the same order. */
  texts?: Partial<Creative>[];
  /** Conversions per link click, in the same order. */
  conversionRates?: number[];
  /** One per ad set, or one for all. */
  dailyBudget?: number | number[];
  policy?: Partial<Policy>;
  /** Begins, with its ads, at the start of the hour: worlds of one seed then draw the same for it. */
  onTheHour?: true;
  /** Hours for which its ads have delivered at the handover, and whether these hours count. */
  delivered?: { hours: number; counted: boolean };
  maxHistoryEvents?: number;
}

/** An experiment with its reason as a sentence, as users see it. */
export type Shown = Experiment & { stateReason: string };

/** A real Temporal server, database, market and worker for the tests of one file. */
export interface World {
  kind: 'time-skipping' | 'dev';
  temporal: TestTemporal;
  database: TestDatabase;
  client: Client;
  names: Names;
  store: Store;
  market: Market;
  clock: ExperimentClock;
  timeBase: TimeBase;
  collaborators: Collaborators;
  events: ServiceEvent[];
  /** Makes the ads, the record and the workflow. */
  begin(test: NewTest): Promise<Experiment>;
  /** Makes a new experiment with the ads of one that has ended, and starts its workflow. */
  again(experiment: Experiment, changes: { id: string; startedAt: number }): Promise<Experiment>;
  /** Sends a control and waits for its outcome. Time must not pass meanwhile: for an outcome that takes time, use `ask`. */
  control(experiment: Experiment, kind: ControlKind, args?: Record<string, unknown>): Promise<ControlOutcome>;
  /** As `control` for an existing run, but resolves once the control is queued; the handle has the outcome. */
  ask(...asked: Parameters<World['control']>): Promise<WorkflowUpdateHandle<ControlOutcome>>;
  status(experiment: Experiment): Promise<ExperimentStatus>;
  state(experiment: Experiment): Promise<Shown>;
  /** Experiment hours until the account's next midnight. */
  hoursToMidnight(): Promise<number>;
  /** Lets experiment time pass. */
  pass(hours: number): Promise<void>;
  /** Lets time pass until less than an hour is left before the next step. */
  passToHourOfNext(experiment: Experiment): Promise<void>;
  /** Lets time pass, hour by hour, until the experiment is in one of the states. */
  until(experiment: Experiment, states: Experiment['state'][], atMostHours: number): Promise<Shown>;
  budgets(experiment: Experiment): Promise<number[]>;
  /** Budget writes of its ad sets that reached the market, in order. */
  audit(experiment: Experiment): Promise<Awaited<ReturnType<Market['audit']>>>;
  /** Runs a statement on the database without the store. */
  sql(statement: string, values?: unknown[]): Promise<void>;
  restartWorker(): Promise<void>;
  /** Stops the worker while `act` runs. Time passes meanwhile on the dev server only. */
  whileDown(act: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/**
 * `time-skipping`: durations are those of live, but days pass in moments. `dev`: the product's own server, at `scale`
 * experiment milliseconds per real millisecond.
 */
export async function startWorld(
  options: ({ kind: 'time-skipping' } | { kind: 'dev'; scale: number }) & {
    /** If false, every rollout is a shadow. */
    writesAllowed?: boolean;
    /** Major units. */
    accountEnvelope?: number;
    market?: Pick<MarketOptions, 'refuseBelowSpent' | 'account'>;
    /** Share the Temporal server and the database of this other world; stop that one last. */
    beside?: World;
    /** Bundle the workflows anew instead of sharing one bundle; for a changed copy of the sources. */
    ownWorkflows?: true;
    /** Unset: no hook gets messages. */
    hooks?: Hooks;
    /** Unset: nothing is forecast or learned. */
    learning?: Learning;
    /** Unset: insights are extracted offline. */
    claude?: PaidClaude;
    /** Dynamic configuration of the product's own server. */
    dynamicConfig?: Record<string, string>;
  },
): Promise<World> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-world-'));
  const { beside } = options;
  const skipping =
    options.kind === 'time-skipping' && !beside
      ? await startTimeSkipping({ searchAttributes: SEARCH_ATTRIBUTE_KEYS })
      : null;
  const temporal: TestTemporal =
    skipping ??
    beside?.temporal ??
    (await startDevServer({
      searchAttributes: SEARCH_ATTRIBUTE_KEYS,
      dynamicConfig: options.dynamicConfig,
    }));
  const timeBase: TimeBase = skipping
    ? { epochMs: 0, scale: 1 }
    : { epochMs: Date.now(), scale: options.kind === 'dev' ? options.scale : 1 };
  const clock: ExperimentClock = {
    scale: timeBase.scale,
    now: async () =>
      skipping
        ? await skipping.env.currentTimeMs()
        : Math.floor(timeBase.epochMs + (Date.now() - timeBase.epochMs) * timeBase.scale),
  };
  const database = beside?.database ?? (await migratedDatabase());
  const pool = createPool(database.config);
  const market = await startMarket({
    directory,
    clock,
    seed: 7,
    port: 0,
    accessToken: TOKEN,
    ...options.market,
    account: { timezone: 'UTC', ...options.market?.account },
  });
  const store = createStore(pool, { environment: 'sandbox', accountId: market.account.id });
  const client = temporal.client;
  const names = namesOf({ environment: 'sandbox', accountId: market.account.id });
  const events: ServiceEvent[] = [];
  const collaborators: Collaborators = {
    environment: 'sandbox',
    timeBase,
    clock,
    store,
    meta: createMetaClient({
      accessToken: TOKEN,
      accountId: market.account.id,
      graphUrl: market.url,
      apiVersion: 'v24.0',
      socketTimeoutMs: 1_000,
      now: () => clock.now(),
    }),
    client,
    names,
    namespace: temporal.namespace,
    address: temporal.address,
    hooks: options.hooks ?? createHooks([]),
    socketTimeoutMs: 1_000,
    learning: options.learning ?? null,
  };
  let worker: RunningWorker;
  const startOne = async () => {
    worker = await startWorker(collaborators, {
      announce: (event) => events.push(event),
      writesAllowed: options.writesAllowed ?? true,
      accountEnvelope: options.accountEnvelope ?? null,
      maxCachedWorkflows: 100,
      maxActivitiesAtOnce: 8,
      claude: options.claude ?? null,
      workflowBundle: options.ownWorkflows ? undefined : inject('workflowBundle'),
    });
  };
  await startOne();

  const clearOfDue = async ({ id }: Experiment) => {
    if (skipping) await clearOfTimers(skipping, names.workflowId(id));
  };

  const world: World = {
    kind: options.kind,
    temporal,
    database,
    client,
    names,
    store,
    market,
    clock,
    timeBase,
    collaborators,
    events,
    async begin(test) {
      const shown =
        test.creatives ??
        test.written?.map(({ headline, text }) => shownAd(headline ?? '', text ?? '')) ??
        test.headlines?.map((title) => shownAd(title, ''));
      const ads = test.clickRates.map((trueClickRate, index) => ({
        name: `${test.id} ${index}`,
        dailyBudget: (Array.isArray(test.dailyBudget) ? test.dailyBudget[index] : test.dailyBudget) ?? 20_000,
        trueClickRate,
        trueConversionRate: test.conversionRates?.[index],
        ...(shown && { creative: shown[index] }),
      }));
      const { delivered, onTheHour } = test;
      const reading = await clock.now();
      const now = onTheHour ? reading - (reading % HOUR_MS) : reading;
      const since = now - (delivered?.hours ?? 0) * HOUR_MS;
      const made = await market.createTest({
        name: test.id,
        ads,
        ...((delivered || onTheHour) && { since }),
      });
      const creative = { hook: null, headline: null, text: null, script: null, visualNotes: null };
      const experiment = await store.createExperiment({
        id: test.id,
        name: test.id,
        environment: 'sandbox',
        accountId: market.account.id,
        currency: market.account.currency,
        state: 'running',
        reason: { code: 'started' },
        hold: null,
        stateChangedAt: now,
        policy: { ...DEFAULT_POLICY, ...WITHOUT_WAIT, phases: THREE_PHASES, ...test.policy },
        variants: ads.map((_, index) => ({
          id: index === 0 ? 'control' : ads.length === 2 ? 'challenger' : `challenger-${index}`,
          role: index === 0 ? 'control' : 'challenger',
          adId: made.adIds[index]!,
          adSetId: made.adSetIds[index]!,
          creative: test.written?.[index] ?? {
            ...creative,
            headline: test.headlines?.[index] ?? null,
            ...test.texts?.[index],
          },
          ...(test.draftIds?.[index] && { draftId: test.draftIds[index] }),
        })),
        startedAt: delivered?.counted ? since : now,
        ...(delivered && {
          earlierDelivery: {
            handedOverAt: now,
            since,
            read: null,
            declared: delivered.counted ? { by: 'Ana', reason: 'planned', at: now } : null,
          },
        }),
        winnerVariantId: null,
        promotedAt: null,
        endedAt: null,
      });
      const input: ExperimentInput = {
        experimentId: test.id,
        timeBase,
        maxHistoryEvents: test.maxHistoryEvents,
      };
      await client.workflow.start(EXPERIMENT_WORKFLOW, {
        workflowId: names.workflowId(test.id),
        taskQueue: names.taskQueue,
        args: [input],
      });
      return experiment;
    },
    async again(experiment, changes) {
      const made = await store.createExperiment({
        ...experiment,
        ...changes,
        name: changes.id,
        state: 'running',
        stateChangedAt: changes.startedAt,
        endedAt: null,
      });
      await client.workflow.start(EXPERIMENT_WORKFLOW, {
        workflowId: names.workflowId(made.id),
        taskQueue: names.taskQueue,
        args: [{ experimentId: made.id, timeBase } satisfies ExperimentInput],
      });
      return made;
    },
    async control(experiment, kind, args = {}) {
      await clearOfDue(experiment);
      return client.workflow.executeUpdateWithStart<Workflow, ControlOutcome, [unknown]>(kind, {
        args: [{ by: 'ana@example.com', reason: 'a test', ...args }],
        startWorkflowOperation: startOperation(experiment, names, timeBase),
      });
    },
    async ask(experiment, kind, args = {}) {
      await clearOfDue(experiment);
      const handle = client.workflow.getHandle(names.workflowId(experiment.id));
      return handle.startUpdate<ControlOutcome, [unknown]>(kind, {
        args: [{ by: 'ana@example.com', reason: 'a test', ...args }],
        waitForStage: 'ACCEPTED',
      });
    },
    status: (experiment) =>
      client.workflow.getHandle(names.workflowId(experiment.id)).query<ExperimentStatus>(STATUS_QUERY),
    async state(experiment) {
      const now = await store.getExperiment(experiment.id);
      if (!now) throw new Error(`no experiment ${experiment.id}`);
      return { ...now, stateReason: stateReasonOf(now) };
    },
    async hoursToMidnight() {
      const { timezone } = market.account;
      const now = await clock.now();
      return (localHourStart(addDays(localDate(now, timezone), 1), 0, timezone) - now) / HOUR_MS;
    },
    async pass(hours) {
      if (skipping) await skipping.env.sleep(hours * HOUR_MS);
      else await new Promise((resolve) => setTimeout(resolve, (hours * HOUR_MS) / timeBase.scale));
    },
    async passToHourOfNext(experiment) {
      const dueAt = (await world.status(experiment)).nextDueAt!;
      await world.pass((dueAt - (dueAt % HOUR_MS) / 2 - (await clock.now())) / HOUR_MS);
    },
    async until(experiment, states, atMostHours) {
      for (let hours = 0; ; hours++) {
        const now = await world.state(experiment);
        if (states.includes(now.state)) return now;
        if (hours >= atMostHours)
          throw new Error(`${experiment.id} is ${now.state} after ${hours} h: ${now.stateReason}`);
        await world.pass(1);
      }
    },
    async budgets(experiment) {
      const ids = experiment.variants.map((variant) => variant.adSetId);
      const now = await market.budgets(ids);
      return ids.map((id) => now[id]!);
    },
    async audit(experiment) {
      const ids = experiment.variants.map((variant) => variant.adSetId);
      return (await market.audit()).filter((row) => ids.includes(row.adSetId));
    },
    async sql(statement, values) {
      await pool.query(statement, values);
    },
    restartWorker: () => world.whileDown(async () => {}),
    async whileDown(act) {
      await worker.stop();
      await act();
      await startOne();
    },
    async stop() {
      await worker.stop();
      if (!beside) await temporal.stop();
      await pool.end();
      if (!beside) await database.stop();
      await market.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return world;
}

function shownAd(title: string, body: string): MarketCreative {
  return { title, body, callToAction: 'SHOP_NOW' };
}

/** Starts the workflow only if it doesn't run, as the API does. */
function startOperation(experiment: Experiment, names: Names, timeBase: TimeBase) {
  return new WithStartWorkflowOperation(EXPERIMENT_WORKFLOW, {
    workflowId: names.workflowId(experiment.id),
    taskQueue: names.taskQueue,
    args: [{ experimentId: experiment.id, timeBase } satisfies ExperimentInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
}
