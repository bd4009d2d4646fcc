import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { createPool } from '../../../src/clients/postgres/pool.js';
import { createStore } from '../../../src/clients/postgres/store.js';
import { readConfig } from '../../../src/config.js';
import { isEnded } from '../../../src/domain/experiment.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import type { AuditRow } from '../../../src/sandbox/meta-simulator/index.js';
import { startPostgres } from '../../../src/sandbox/postgres.js';
import { startTemporal } from '../../../src/sandbox/temporal.js';
import { unknownOutcomeWaitMs } from '../../../src/service/worker.js';
import { type Service, startService } from '../crash/service.js';
import type { PlayedBatch } from './evidence.js';
import { NO_LIMITS } from './limits.js';
import { BEST_RATE, LiveRun } from './live-run.js';
import type { BatchPlan, RunPlan } from './plan.js';
import { asPlayed, readRecord } from './record.js';
import { ENVIRONMENT, type SecretSearch } from './secrets.js';
import { marketOf, serviceHands, watchRuns } from './service-hands.js';

/** One experiment hour takes one second. At half of that, one process can't serve fifty rollouts in time. */
const TIME_SCALE = 3_600;
const LEAD_HOURS = 8;
/** Real ms. All promotions at once would starve the service, which is not what chaos tests. */
const PROMOTION_EVERY_MS = 1_000;
/** The sandbox's limit, real ms. */
const SOCKET_TIMEOUT_MS = 1_000;
/** Real ms: a waiting experiment is read every 2 s. */
const ATTENDED_MS = 6_000;
const LIMIT_MS = 240_000;
/** Real ms: how late a worker with fifty runs on a busy machine may be. */
const OVERDUE_MS = 30_000;
const ANSWERED_MS = 60_000;
/** Real ms from the reads before a write to the write or its record: two answers that just come in time. */
const RACE_MS = 2 * SOCKET_TIMEOUT_MS;

/** Plays the runs on the service as started by `npm start`. It is killed on the way and started again on its folder. */
export async function playOnService(
  batch: BatchPlan,
  { search, log }: { search: SecretSearch; log(line: string): void },
): Promise<PlayedBatch> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-chaos-'));
  const settings = {
    timeScale: TIME_SCALE,
    seed: batch.first + 1,
    // Nothing listens there: the key must not leave this machine.
    env: { ...ENVIRONMENT, ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' },
    log: (line: string) => search.logged(line),
  };
  let service: Service | null = null;
  let up: Promise<Service> = startService(directory, settings);
  const faults: Record<string, number> = {};
  try {
    service = await up;
    const firstService = service;
    const now = async () => firstService.now();
    const real = (ms: number) => ms / TIME_SCALE;

    const market = marketOf(() => up);
    const hands = serviceHands(() => up, { timeScale: TIME_SCALE, now, market, search });
    const runs: LiveRun[] = [];
    for (const plan of batch.runs) runs.push(await create(plan));
    log(`${runs.length} experiments run`);
    const watch = watchRuns(runs, () => up, market);
    await delay(real(LEAD_HOURS * HOUR_MS));

    const neverPromoted = new Set<string>();
    const promoteAll = async () => {
      for (const run of runs) {
        await run.begin(await now());
        void promote(run, 8);
        run.hands.later(run.plan.calmHours * HOUR_MS, () => run.calmDown());
        await delay(PROMOTION_EVERY_MS);
      }
    };
    const killAll = async () => {
      const began = Date.now();
      for (const deed of [...batch.deeds].sort((x, y) => x.atHours - y.atHours)) {
        if (deed.kind !== 'kill') continue;
        await delay(Math.max(0, began + real(deed.atHours * HOUR_MS) - Date.now()));
        const victim = await up;
        const at = await now();
        const restarted = victim
          .kill(deed.what)
          .then(() => delay(real(deed.downHours * HOUR_MS)))
          .then(() => startService(directory, settings));
        up = restarted;
        service = null;
        for (const run of runs) run.note(at, `kill -9 of ${deed.what}`);
        service = await restarted;
        faults[`kill_${deed.what}`] = (faults[`kill_${deed.what}`] ?? 0) + 1;
        if (deed.downHours > 0) faults.downtime = (faults.downtime ?? 0) + 1;
        log(`killed ${deed.what}, up again`);
      }
    };
    await Promise.all([promoteAll(), killAll()]);
    await comeToRest();
    await watch.stop();
    hands.rest();
    for (const run of runs) await run.withdrawAll();
    return { faults, runs: await conclude() };

    async function create(plan: RunPlan): Promise<LiveRun> {
      const id = `run-${plan.runSeed}`;
      const ads = plan.budgets.map((dailyBudget, index) => ({
        name: `${id} ${index}`,
        dailyBudget,
        trueClickRate: index === plan.winner ? BEST_RATE : 0.02,
      }));
      const objects = (await market('tests', { name: id, ads })) as LiveRun['objects'];
      await (await up).api.create({
        id,
        name: id,
        variants: objects.adIds.map((ad_id, index) => ({
          role: index === 0 ? 'control' : 'challenger',
          ad_id,
        })),
        policy: {
          check_every_hours: plan.checkEveryHours,
          minimum_run_hours: 27 * 24,
          verification: { settle_hours: 0, window_hours: plan.windowHours },
        },
      });
      const occurrences = plan.occurrences.filter(({ deed }) => deed.kind !== 'cut');
      const run = new LiveRun({ ...plan, occurrences }, objects, hands);
      await run.prepare();
      return run;
    }

    async function promote(run: LiveRun, tries: number): Promise<void> {
      const { answer } = await run.ask('promote', {});
      void answer.then(async ({ ok }) => {
        if (ok) return;
        // The record shows what happened, whether or not the answer arrived.
        const state = await (await up).api.one(run.id).then(
          (one) => one.state,
          () => 'running',
        );
        if (state === 'running' && tries > 1) run.hands.later(4 * HOUR_MS, () => promote(run, tries - 1));
        else neverPromoted.add(run.id);
      });
    }

    async function comeToRest(): Promise<void> {
      const giveUpAt = Date.now() + LIMIT_MS;
      while (Date.now() < giveUpAt) {
        await delay(500);
        const atRest = runs.every((run) => {
          const state = watch.stateOf(run.id);
          const waits =
            state !== undefined &&
            (isEnded(state.state) ||
              ['held', 'needs_attention'].includes(state.state) ||
              (neverPromoted.has(run.id) && ['running', 'paused'].includes(state.state)));
          return run.calm && run.pending === 0 && waits && Date.now() - state.since > ATTENDED_MS;
        });
        if (atRest) return;
      }
    }

    /** The workflow's status. On a busy machine it may come too late; then the service answers from its record. */
    async function statusOf(run: LiveRun, { api }: Service) {
      const giveUpAt = Date.now() + ANSWERED_MS;
      for (;;) {
        const askedAt = await now();
        const status = await api.one(run.id);
        if (status.source === 'workflow' || isEnded(status.state) || Date.now() > giveUpAt)
          return { status, askedAt };
        await delay(500);
      }
    }

    /** Reads both sides' books: first from the service, then from its record after the service has stopped. */
    async function conclude(): Promise<PlayedBatch['runs']> {
      const last = await up;
      const statuses = new Map(
        await Promise.all(
          runs.map(async (run) => {
            return [run.id, await statusOf(run, last)] as const;
          }),
        ),
      );
      const audit = (await market('audit')) as AuditRow[];
      const budgets = new Map<string, Record<string, number>>();
      for (const run of runs) budgets.set(run.id, await hands.budgets(run.objects.adSetIds));
      await last.stop();
      service = null;
      const database = await startPostgres({ directory: path.join(directory, 'postgres') });
      const pool = createPool(database.config);
      try {
        const accountId = statuses.values().next().value!.status.account_id;
        const store = createStore(pool, { environment: 'sandbox', accountId });
        const played = await Promise.all(
          runs.map(async (run) => {
            const experiment = (await store.getExperiment(run.id))!;
            const { status, askedAt } = statuses.get(run.id)!;
            const rows = audit.filter((row) => row.adSetId in run.initial);
            return asPlayed(run, {
              ...(await readRecord(store, run, experiment)),
              trouble: status.trouble,
              nextDueAt: status.next_due_at === null ? null : Date.parse(status.next_due_at),
              running: status.source === 'workflow' && !isEnded(experiment.state),
              budgets: budgets.get(run.id)!,
              audit: rows,
              raced: racedEdits(rows),
              raceMs: RACE_MS * TIME_SCALE,
              readBackMs: RACE_MS * TIME_SCALE,
              limits: NO_LIMITS,
              overdueMs: OVERDUE_MS * TIME_SCALE,
              lateBoundMs: unknownOutcomeWaitMs(SOCKET_TIMEOUT_MS, TIME_SCALE),
              observedAt: askedAt,
            });
          }),
        );
        await search.tables(pool);
        await searchHistories(directory, search);
        return played;
      } finally {
        await pool.end();
        await database.stop();
      }
    }
  } finally {
    await (service as Service | null)?.kill('group').catch(() => {});
    await rm(directory, { recursive: true, force: true });
  }
}

/** Edits shortly before a write of the service, which may have come after its reads. */
function racedEdits(audit: readonly AuditRow[]): number[] {
  return audit
    .filter((row) => row.actor === 'person')
    .filter((row) =>
      audit.some(
        (other) => other.actor === 'api' && other.at >= row.at && other.at - row.at < RACE_MS * TIME_SCALE,
      ),
    )
    .map((row) => row.sequence);
}

/** Starts the Temporal server once more on the service's folder. */
async function searchHistories(directory: string, search: SecretSearch): Promise<void> {
  const { temporalNamespace: namespace } = readConfig({});
  const server = await startTemporal({
    directory: path.join(directory, 'temporal'),
    namespace,
    port: 0,
    uiPort: 0,
    log: () => {},
  });
  const connection = await Connection.connect({ address: server.address });
  try {
    await search.histories(new Client({ connection, namespace }));
  } finally {
    await connection.close();
    await server.stop();
  }
}
