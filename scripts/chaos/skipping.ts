import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WithStartWorkflowOperation, type WorkflowHandle } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import pg, { type PoolConfig } from 'pg';
import { ledgerRowToJson } from '../../src/api/json.js';
import { createMetaClient } from '../../src/clients/meta/index.js';
import type { MetaClient } from '../../src/clients/meta/types.js';
import { migrate } from '../../src/clients/postgres/migrate.js';
import { createPool } from '../../src/clients/postgres/pool.js';
import { createStore } from '../../src/clients/postgres/store.js';
import type { ExperimentClock } from '../../src/clock.js';
import { DEFAULT_POLICY, type Experiment, HOUR_MS, isEnded } from '../../src/domain/experiment.js';
import { startMarket } from '../../src/embedded/market/index.js';
import { startPostgres } from '../../src/embedded/postgres.js';
import type { Collaborators } from '../../src/service/collaborators.js';
import { type RunningWorker, startWorker, unknownOutcomeWaitMs } from '../../src/service/worker.js';
import {
  type ControlOutcome,
  EXPERIMENT_WORKFLOW,
  type ExperimentInput,
  experimentWorkflowId,
  TASK_QUEUE,
} from '../../src/workflows/contract.js';
import { SEARCH_ATTRIBUTE_KEYS } from '../../src/workflows/search-attributes.js';
import { startTimeSkipping } from '../../test/support/temporal.js';
import type { Evidence, PlayedBatch } from './evidence.js';
import { type Answer, type Hands, LiveRun, writesTold } from './live-run.js';
import type { BatchPlan } from './plan.js';
import { splitMeta, type Tapped, tapMeta, tapStore } from './taps.js';

const TOKEN = 'token-of-the-chaos-market';
/** So long a test runs until its better ad is known to lead. */
const LEAD_HOURS = 8;
/** Real: longer than an answer takes on a busy machine, as short as hanging requests let it be. */
const SOCKET_TIMEOUT_MS = 2_000;
/** The driver looks up at least so often while much happens, and afterwards. */
const STEP_MS = HOUR_MS / 4;
const CALM_STEP_MS = 2 * HOUR_MS;
/** Hours after the promotion by which every run has come to rest: two windows of a day, and the wait for their faults. */
const LAST_HOURS = 84;
/** Real: so long the clock stands for a control to be taken up. */
const TAKEN_UP_MS = 3_000;
/** A person is waited for, and a write that was given up can't land any more. */
const ATTENDED_MS = 1.2 * HOUR_MS;

/** Plays the runs of a batch beside one another on one virtual timeline. */
export async function playSkipping(
  batch: BatchPlan,
  { postgres, log }: { postgres: PoolConfig | null; log(line: string): void },
): Promise<PlayedBatch> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-chaos-'));
  const temporal = await startTimeSkipping({ searchAttributes: SEARCH_ATTRIBUTE_KEYS });
  const database =
    postgres === null ? await startPostgres({ directory: undefined }) : await databaseOn(postgres);
  const pool = createPool(database.config);
  await migrate(pool);
  const { env, client } = temporal;
  const clock: ExperimentClock = { scale: 1, now: () => env.currentTimeMs() };
  const market = await startMarket({
    directory,
    clock,
    seed: batch.first + 1,
    port: 0,
    accessToken: TOKEN,
    account: { timezone: 'UTC', currency: batch.currency },
  });
  const store = createStore(pool, { environment: 'sandbox', accountId: market.account.id });

  const runs: LiveRun[] = [];
  let tokenStrikes = 0;
  let restarts = 0;
  const byAdSet = new Map<string, Guarded>();
  const byId = new Map<string, Guarded>();
  const timeBase = { epochMs: 0, scale: 1 };
  const clients = new Map<string, MetaClient>();
  const newClient = () =>
    createMetaClient({
      accessToken: TOKEN,
      accountId: market.account.id,
      graphUrl: market.url,
      apiVersion: 'v24.0',
      socketTimeoutMs: SOCKET_TIMEOUT_MS,
      now: () => clock.now(),
    });
  const collaborators: Collaborators = {
    environment: 'sandbox',
    timeBase,
    clock,
    store: tapStore(store, (id) => byId.get(id)),
    meta: tapMeta(
      batch.sharedClient ? newClient() : splitMeta(newClient(), (objectId) => clients.get(objectId)),
      (adSetId) => byAdSet.get(adSetId),
    ),
    client,
    namespace: temporal.namespace,
    address: temporal.address,
    socketTimeoutMs: SOCKET_TIMEOUT_MS,
    close: async () => {},
  };
  const restarting = batch.deeds.some(({ kind }) => kind === 'restart_worker');
  let worker: RunningWorker | undefined;
  const startOne = async () => {
    worker = await startWorker(collaborators, {
      announce: (event) => event.experimentId && byId.get(event.experimentId)?.run.observe(event),
      writesAllowed: true,
      accountEnvelope: null,
      // The test server never hands out a task again whose workflow was cached by a worker that is gone. Without a cache
      // every step is a replay, too.
      maxCachedWorkflows: restarting ? 0 : 500,
    });
  };

  const strikesOf = async (faultId: string) => {
    const response = await fetch(`${market.url}/__market/faults`);
    const faults = (await response.json()) as { id: string; struck: number }[];
    return faults.find(({ id }) => id === faultId)?.struck ?? 0;
  };
  const withdraw = async (faultId: string) => {
    const struck = await strikesOf(faultId);
    await market.withdraw(faultId);
    return struck;
  };
  const agenda: { at: number; what: () => Promise<void> }[] = [];
  const hands = (guard: () => Guarded): Hands => ({
    currency: batch.currency,
    now: clock.now,
    later(ms, what) {
      void clock.now().then((now) => agenda.push({ at: now + ms, what }));
    },
    order: (fault) => market.order(fault),
    withdraw,
    async edit(objectId, fields) {
      const { daily_budget: amount } = fields;
      if (amount === undefined) return market.edit(objectId, fields);
      await guard().idle();
      await market.edit(objectId, fields);
      guard().edited(await clock.now());
    },
    budgets: (ids) => market.budgets(ids),
    async control(id, kind, args) {
      const asked = client.workflow.startUpdateWithStart<Workflow, ControlOutcome, [unknown]>(kind, {
        args: [{ by: 'a person', reason: 'chaos', ...args }],
        waitForStage: 'ACCEPTED',
        startWorkflowOperation: new WithStartWorkflowOperation(EXPERIMENT_WORKFLOW, {
          workflowId: experimentWorkflowId(id),
          taskQueue: TASK_QUEUE,
          args: [{ experimentId: id, timeBase } satisfies ExperimentInput],
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      });
      const answer = asked
        .then((handle) => handle.result())
        .then(({ message }) => ({ ok: true, said: message }), refusal);
      // The test server loses an update that a worker takes with it when it stops.
      await Promise.race([asked.catch(() => {}), delay(TAKEN_UP_MS)]);
      return { answer };
    },
  });

  async function create(plan: BatchPlan['runs'][number]): Promise<void> {
    const id = `run-${plan.runSeed}`;
    const ads = plan.budgets.map((dailyBudget, index) => ({
      name: `${id} ${index}`,
      dailyBudget,
      trueClickRate: index === plan.winner ? 0.25 : 0.02,
    }));
    const objects = await market.createTest({ name: id, ads });
    const run: LiveRun = new LiveRun(
      plan,
      objects,
      hands(() => guarded),
    );
    const guarded = new Guarded(run);
    runs.push(run);
    byId.set(id, guarded);
    for (const adSetId of objects.adSetIds) byAdSet.set(adSetId, guarded);
    const own = newClient();
    for (const objectId of [objects.campaignId, ...objects.adSetIds, ...objects.adIds])
      clients.set(objectId, own);
    const now = await clock.now();
    const creative = { hook: null, headline: id, text: null, script: null, visualNotes: null };
    await store.createExperiment({
      id,
      name: id,
      environment: 'sandbox',
      accountId: market.account.id,
      currency: market.account.currency,
      state: 'running',
      stateReason: 'The test has started.',
      stateCode: null,
      stateChangedAt: now,
      policy: {
        ...DEFAULT_POLICY,
        // Looks are no part of this: a promotion is asked for.
        checkEveryHours: 168,
        minimumRunHours: 27 * 24,
        verification: { settleHours: 0, windowHours: 24 },
      },
      variants: ads.map((_, index) => ({
        id: index === 0 ? 'control' : `challenger-${index}`,
        role: index === 0 ? 'control' : 'challenger',
        adId: objects.adIds[index]!,
        adSetId: objects.adSetIds[index]!,
        creative,
      })),
      startedAt: now,
      winnerVariantId: null,
      promotedAt: null,
      endedAt: null,
    });
    await client.workflow.start(EXPERIMENT_WORKFLOW, {
      workflowId: experimentWorkflowId(id),
      taskQueue: TASK_QUEUE,
      args: [{ experimentId: id, timeBase } satisfies ExperimentInput],
    });
  }

  /** Asked again while it is refused for a reason that passes. */
  async function promote(run: LiveRun, tries: number): Promise<void> {
    const { answer } = await run.ask('promote', {});
    void answer.then(async ({ ok }) => {
      if (ok || tries === 1) return;
      const now = await store.getExperiment(run.id);
      if (now?.state === 'running') run.hands.later(HOUR_MS / 2, () => promote(run, tries - 1));
    });
  }

  const played = new Map<LiveRun, Evidence>();
  async function conclude(run: LiveRun, experiment: Experiment): Promise<void> {
    const handle = client.workflow.getHandle(experimentWorkflowId(run.id));
    const running = (await handle.describe()).status.name === 'RUNNING';
    const nextDueAt = running ? nextTimerOf(await handle.fetchHistory()) : null;
    const audit = (await market.audit()).filter((row) => row.adSetId in run.initial);
    const promotion = await store.getPromotion(run.id);
    const ledger = (await store.listLedger(run.id)).map(ledgerRowToJson);
    played.set(run, {
      currency: batch.currency,
      state: experiment.state,
      stateReason: experiment.stateReason,
      stateCode: experiment.stateCode,
      stateChangedAt: experiment.stateChangedAt,
      trouble: run.trouble,
      nextDueAt,
      running,
      initial: run.initial,
      winnerAdSetId: variantAdSet(experiment) ?? run.winnerAdSetId,
      promotion: promotion && {
        base: promotion.plan.base,
        openedAt: promotion.openedAt,
        targets: Object.fromEntries(promotion.plan.phases.map(({ name, targets }) => [name, targets])),
        phasesDone: promotion.phasesDone,
      },
      phases: experiment.policy.phases,
      budgets: await market.budgets(run.objects.adSetIds),
      campaignBudget: run.campaignBudget,
      ledger,
      audit,
      raced: byId.get(run.id)!.raced(audit),
      raceMs: 5 * SOCKET_TIMEOUT_MS,
      lateBoundMs: unknownOutcomeWaitMs(SOCKET_TIMEOUT_MS, 1),
      observedAt: await clock.now(),
    });
    for (const line of writesTold(audit, batch.currency)) run.story.push(line);
    run.story.sort((x, y) => x.at - y.at);
    if (running) await handle.terminate('the run has been judged');
  }

  /** Whether nothing more will happen by itself but the passing of a person's time. */
  function atRest(run: LiveRun, experiment: Experiment, now: number): boolean {
    const { state, stateChangedAt } = experiment;
    if (!run.calm || run.pending > 0) return false;
    if (isEnded(state)) return now - stateChangedAt > ATTENDED_MS;
    if (state === 'needs_attention' || state === 'held') return now - stateChangedAt > ATTENDED_MS;
    return false;
  }

  try {
    await startOne();
    for (const plan of batch.runs) await create(plan);
    log(`${runs.length} experiments run`);
    await env.sleep(LEAD_HOURS * HOUR_MS);
    const start = await clock.now();
    for (const run of runs) await run.begin(start);
    for (const deed of batch.deeds) {
      const at = start + deed.atHours * HOUR_MS;
      if (deed.kind === 'restart_worker') {
        agenda.push({
          at,
          async what() {
            const stopped = await clock.now();
            await worker?.stop();
            await startOne();
            restarts++;
            for (const run of runs) run.tell(stopped, 'the worker is stopped, another one is started');
          },
        });
      } else if (deed.kind === 'expired_token') {
        agenda.push({
          at,
          async what() {
            const id = await market.order({ kind: 'expired_token', times: null });
            for (const run of runs) run.tell(at, 'the token expires');
            agenda.push({
              at: at + deed.forHours * HOUR_MS,
              async what() {
                tokenStrikes += await withdraw(id);
              },
            });
          },
        });
      }
    }
    for (const run of runs) {
      agenda.push({ at: start + run.plan.calmHours * HOUR_MS, what: () => run.calmDown() });
      agenda.push({ at: start, what: () => promote(run, 6) });
    }
    const end = start + LAST_HOURS * HOUR_MS;
    for (let now = start; played.size < runs.length && now < end; now = await clock.now()) {
      const due = agenda.filter((each) => each.at <= now);
      for (const each of due) agenda.splice(agenda.indexOf(each), 1);
      await Promise.all(due.map(({ what }) => what()));
      if (due.length === 0) {
        const all = await store.listExperiments({ limit: 1_000, offset: 0 });
        for (const experiment of all) {
          const run = byId.get(experiment.id)?.run;
          if (run && !played.has(run) && atRest(run, experiment, now)) await conclude(run, experiment);
        }
      }
      if (played.size === runs.length) break;
      const step = runs.some((run) => !played.has(run) && !run.calm) ? STEP_MS : CALM_STEP_MS;
      // What was put on the agenda a moment ago is there now.
      await delay(0);
      const next = Math.min(now + step, ...agenda.map(({ at }) => at));
      await env.sleep(Math.max(1, Math.ceil(next - (await clock.now()))));
    }
    for (const run of runs) {
      const experiment = played.has(run) ? null : await store.getExperiment(run.id);
      if (experiment) await conclude(run, experiment);
    }
    for (const run of runs) await run.withdrawAll();
    return {
      faults: { expired_token: tokenStrikes, restarted_worker: restarts },
      runs: runs.map((run) => ({
        runSeed: run.plan.runSeed,
        evidence: played.get(run)!,
        faults: run.struck,
        story: run.story,
        promotedAt: run.promotedAt,
      })),
    };
  } finally {
    await worker?.stop();
    await temporal.stop();
    await pool.end();
    await database.stop();
    await market.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** An empty database of its own on a server. */
async function databaseOn(server: PoolConfig): Promise<{ config: PoolConfig; stop(): Promise<void> }> {
  const name = `chaos_${process.pid}`;
  const administer = async (statement: string) => {
    const administrator = new pg.Client(server);
    await administrator.connect();
    await administrator.query(statement).finally(() => administrator.end());
  };
  await administer(`create database ${name}`);
  return {
    config: { ...server, database: name, max: 10 },
    stop: () => administer(`drop database ${name} with (force)`),
  };
}

function variantAdSet({ variants, winnerVariantId }: Experiment): string | undefined {
  return variants.find(({ id }) => id === winnerVariantId)?.adSetId;
}

/** When the first of the timers that are set fires; null where none is. */
function nextTimerOf({ events }: Awaited<ReturnType<WorkflowHandle['fetchHistory']>>): number | null {
  const set = new Map<string, number>();
  for (const { eventTime, timerStartedEventAttributes: started, ...event } of events ?? []) {
    const over = event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes;
    if (over?.timerId) set.delete(over.timerId);
    if (!started?.timerId) continue;
    set.set(started.timerId, tsToMs(eventTime) + tsToMs(started.startToFireTimeout));
  }
  return set.size === 0 ? null : Math.min(...set.values());
}

function refusal(error: unknown): Answer {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return { ok: false, said: cause instanceof Error ? cause.message : String(cause) };
}

/** Meta can't compare and set: a person's edit between our read and our write is waited out of, or remembered. */
class Guarded implements Tapped {
  private lastRead = 0;
  private writing = false;
  private lastEdit = { real: 0, at: 0 };
  /** Instants of edits that fell between a read and its write all the same. */
  private readonly races: number[] = [];
  constructor(readonly run: LiveRun) {}

  readBegan(): void {
    this.lastRead = performance.now();
  }
  writeBegan(): void {
    if (this.lastEdit.real > this.lastRead) this.races.push(this.lastEdit.at);
    this.writing = true;
  }
  writeEnded(): void {
    this.writing = false;
    this.lastRead = 0;
  }
  wrote(adSetId: string): Promise<void> {
    return this.run.wrote(adSetId);
  }
  dies(point: Parameters<Tapped['dies']>[0]): boolean {
    return this.run.dies(point);
  }
  /** When no write can follow a read that is under way. */
  async idle(): Promise<void> {
    while (this.writing || performance.now() - this.lastRead < 1_000) await delay(20);
  }
  edited(at: number): void {
    this.lastEdit = { real: performance.now(), at };
  }
  raced(audit: Evidence['audit']): number[] {
    const isRaced = (at: number) => this.races.some((race) => Math.abs(race - at) < 1_000);
    return audit.filter((row) => row.actor === 'person' && isRaced(row.at)).map((row) => row.sequence);
  }
}
