import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ledgerRowToJson } from '../../src/api/json.js';
import { createPool } from '../../src/clients/postgres/pool.js';
import { createStore } from '../../src/clients/postgres/store.js';
import { HOUR_MS, isEnded } from '../../src/domain/experiment.js';
import type { AuditRow } from '../../src/embedded/market/index.js';
import { startPostgres } from '../../src/embedded/postgres.js';
import { unknownOutcomeWaitMs } from '../../src/service/worker.js';
import { type Service, startService } from '../crash/service.js';
import type { Evidence, PlayedBatch } from './evidence.js';
import { type Answer, type Hands, LiveRun, writesTold } from './live-run.js';
import type { BatchPlan, RunPlan } from './plan.js';

/** An experiment hour is half a second, the fastest that the service allows. */
const TIME_SCALE = 7_200;
const LEAD_HOURS = 8;
/** The sandbox's. */
const SOCKET_TIMEOUT_MS = 1_000;
const POLL_MS = 50;
/** Real: reads of an experiment that waits come every 2 s. */
const ATTENDED_MS = 6_000;
const LIMIT_MS = 240_000;
/** Real: what may pass between the reads before a write and the write, on a busy machine. */
const RACE_MS = 300;

/** Plays the runs on the service as `npm start` runs it, which is killed in the middle, and started again on its folder. */
export async function playOnService(
  batch: BatchPlan,
  { log }: { log(line: string): void },
): Promise<PlayedBatch> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'auto-promotion-chaos-'));
  const settings = { timeScale: TIME_SCALE, seed: batch.first + 1, log: () => {} };
  let service: Service | null = null;
  let up: Promise<Service> = startService(directory, settings);
  const faults: Record<string, number> = {};
  try {
    service = await up;
    const firstService = service;
    const now = async () => firstService.now();
    const real = (ms: number) => ms / TIME_SCALE;

    /** Repeated while the service is down: a person tries again, too. */
    const market = async (what: string, body?: unknown, method?: string): Promise<unknown> => {
      for (let tries = 1; ; tries++) {
        try {
          const { marketUrl } = await up;
          const response = await fetch(`${marketUrl}/__market/${what}`, {
            method: method ?? (body === undefined ? 'GET' : 'POST'),
            ...(body === undefined
              ? {}
              : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
          });
          const answer: unknown = await response.json();
          if (!response.ok) throw new RangeError(`The market refused ${what}: ${JSON.stringify(answer)}`);
          return answer;
        } catch (error) {
          if (error instanceof RangeError || tries === 200) throw error;
          await delay(100);
        }
      }
    };
    const timers = new Set<NodeJS.Timeout>();
    const failures: unknown[] = [];
    const hands: Hands = {
      currency: 'USD',
      now,
      later(ms, what) {
        const timer = setTimeout(
          () => {
            timers.delete(timer);
            what().catch((error: unknown) => failures.push(error));
          },
          Math.max(0, real(ms)),
        );
        timers.add(timer);
      },
      async order(fault) {
        return ((await market('faults', fault)) as { id: string }).id;
      },
      async withdraw(id) {
        const all = (await market('faults')) as { id: string; struck: number }[];
        // Withdrawn twice, where a kill had cut off the answer.
        await market(`faults/${id}`, undefined, 'DELETE').catch((error: unknown) => {
          if (!(error instanceof Error && error.message.includes('no fault'))) throw error;
        });
        return all.find((fault) => fault.id === id)?.struck ?? 0;
      },
      async edit(objectId, fields) {
        await market('edit', { objectId, fields });
      },
      budgets: async (ids) => (await market(`budgets?ids=${ids.join(',')}`)) as Record<string, number>,
      async control(id, kind, args) {
        const key = `${id}-${kind}-${Math.round(await now())}`;
        return { answer: askOverHttp(await up, id, kind, args, key) };
      },
    };

    const runs: LiveRun[] = [];
    for (const plan of batch.runs) runs.push(await create(plan));
    log(`${runs.length} experiments run`);
    const watch = watchRuns(runs, () => up, market);
    await delay(real(LEAD_HOURS * HOUR_MS));

    const stir = async () => {
      const began = Date.now();
      for (const run of runs) {
        await run.begin(await now());
        void promote(run, 8);
        run.hands.later(run.plan.calmHours * HOUR_MS, () => run.calmDown());
        // A marketer has one pair of hands.
        await delay(60);
      }
      for (const deed of [...batch.deeds].sort((x, y) => x.atHours - y.atHours)) {
        if (deed.kind !== 'kill') continue;
        await delay(Math.max(0, began + real(deed.atHours * HOUR_MS) - Date.now()));
        const victim = await up;
        const at = await now();
        const restarted = victim.kill(deed.what).then(() => startService(directory, settings));
        up = restarted;
        service = null;
        for (const run of runs) run.tell(at, `kill -9 of ${deed.what}`);
        service = await restarted;
        faults[`kill_${deed.what}`] = (faults[`kill_${deed.what}`] ?? 0) + 1;
        log(`killed ${deed.what}, up again`);
      }
    };
    await stir();
    await comeToRest();
    await watch.stop();
    for (const timer of timers) clearTimeout(timer);
    if (failures.length > 0) throw failures[0];
    for (const run of runs) await run.withdrawAll();
    return { faults, runs: await conclude() };

    async function create(plan: RunPlan): Promise<LiveRun> {
      const id = `run-${plan.runSeed}`;
      const ads = plan.budgets.map((dailyBudget, index) => ({
        name: `${id} ${index}`,
        dailyBudget,
        trueClickRate: index === plan.winner ? 0.25 : 0.02,
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
          check_every_hours: 168,
          minimum_run_hours: 27 * 24,
          verification: { settle_hours: 0, window_hours: 24 },
        },
      });
      const occurrences = plan.occurrences.filter(({ deed }) => deed.kind !== 'cut');
      return new LiveRun({ ...plan, occurrences }, objects, hands);
    }

    async function promote(run: LiveRun, tries: number): Promise<void> {
      const { answer } = await run.ask('promote', {});
      void answer.then(async ({ ok }) => {
        if (ok || tries === 1) return;
        // What became of it is on record, whoever was told.
        const state = await (await up).api.one(run.id).then(
          (one) => one.state,
          () => 'running',
        );
        if (state === 'running') run.hands.later(4 * HOUR_MS, () => promote(run, tries - 1));
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
            (isEnded(state.state) || ['held', 'needs_attention'].includes(state.state));
          return run.calm && run.pending === 0 && waits && Date.now() - state.since > ATTENDED_MS;
        });
        if (atRest) return;
      }
    }

    /** Both sides' books: the service's word first, then its record, with the service stopped. */
    async function conclude(): Promise<PlayedBatch['runs']> {
      const last = await up;
      const statuses = new Map(
        await Promise.all(runs.map(async (run) => [run.id, await last.api.one(run.id)] as const)),
      );
      const audit = (await market('audit')) as AuditRow[];
      const budgets = new Map<string, Record<string, number>>();
      for (const run of runs) budgets.set(run.id, await hands.budgets(run.objects.adSetIds));
      const observedAt = await now();
      await last.stop();
      service = null;
      const database = await startPostgres({ directory: path.join(directory, 'postgres') });
      const pool = createPool(database.config);
      try {
        const accountId = statuses.values().next().value!.account_id;
        const store = createStore(pool, { environment: 'sandbox', accountId });
        return await Promise.all(
          runs.map(async (run) => {
            const experiment = (await store.getExperiment(run.id))!;
            const promotion = await store.getPromotion(run.id);
            const status = statuses.get(run.id)!;
            const rows = audit.filter((row) => row.adSetId in run.initial);
            const winner = experiment.variants.find(({ id }) => id === experiment.winnerVariantId);
            const evidence: Evidence = {
              currency: experiment.currency,
              state: experiment.state,
              stateReason: experiment.stateReason,
              stateCode: experiment.stateCode,
              stateChangedAt: experiment.stateChangedAt,
              trouble: status.trouble,
              nextDueAt: status.next_due_at === null ? null : Date.parse(status.next_due_at),
              running: status.source === 'workflow' && !isEnded(experiment.state),
              initial: run.initial,
              winnerAdSetId: winner?.adSetId ?? run.winnerAdSetId,
              promotion: promotion && {
                base: promotion.plan.base,
                openedAt: promotion.openedAt,
                targets: Object.fromEntries(
                  promotion.plan.phases.map(({ name, targets }) => [name, targets]),
                ),
                phasesDone: promotion.phasesDone,
              },
              phases: experiment.policy.phases,
              budgets: budgets.get(run.id)!,
              campaignBudget: run.campaignBudget,
              ledger: (await store.listLedger(run.id)).map(ledgerRowToJson),
              audit: rows,
              raced: racedEdits(rows),
              raceMs: RACE_MS * TIME_SCALE,
              lateBoundMs: unknownOutcomeWaitMs(SOCKET_TIMEOUT_MS, TIME_SCALE),
              observedAt,
            };
            run.story.push(...writesTold(rows, experiment.currency));
            run.story.sort((x, y) => x.at - y.at);
            return {
              runSeed: run.plan.runSeed,
              evidence,
              faults: run.struck,
              story: run.story,
              promotedAt: run.promotedAt,
            };
          }),
        );
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

/** Edits so shortly before a write of ours that its reads may have come before them. */
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

async function askOverHttp(
  { apiUrl }: Service,
  id: string,
  kind: string,
  args: Record<string, string>,
  key: string,
): Promise<Answer> {
  try {
    const response = await fetch(`${apiUrl}/api/ab/experiments/${id}/${kind}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ by: 'a person', reason: 'chaos', ...args }),
    });
    const answer = (await response.json()) as { message?: string; detail?: string };
    return { ok: response.ok, said: answer.message ?? answer.detail ?? '' };
  } catch (error) {
    return { ok: false, said: `no answer: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Tells the runs of their writes and their states, by looking again and again. */
function watchRuns(
  runs: readonly LiveRun[],
  service: () => Promise<Service>,
  market: (what: string) => Promise<unknown>,
) {
  type State = Evidence['state'];
  const states = new Map<string, { state: State; since: number }>();
  const byId = new Map(runs.map((run) => [run.id, run]));
  const byAdSet = new Map(runs.flatMap((run) => run.objects.adSetIds.map((id) => [id, run] as const)));
  let seen = 0;
  let over = false;
  const look = async () => {
    const audit = (await market('audit')) as AuditRow[];
    for (const row of audit.slice(seen)) {
      if (row.actor === 'api') await byAdSet.get(row.adSetId)?.wrote(row.adSetId);
    }
    seen = audit.length;
    for (const one of await (await service()).api.list()) {
      const run = byId.get(one.experiment_id);
      const before = states.get(one.experiment_id)?.state;
      if (!run || before === one.state) continue;
      states.set(one.experiment_id, { state: one.state, since: Date.now() });
      if (before === undefined) continue;
      const text = `${before} -> ${one.state}: ${one.state_reason}`;
      run.observe({ at: Date.parse(one.state_changed_at), kind: 'state', experimentId: run.id, text });
    }
  };
  const done = (async () => {
    while (!over) {
      // Down for a moment, or killed in the middle of an answer.
      await look().catch(() => {});
      await delay(POLL_MS);
    }
  })();
  return {
    stateOf: (id: string) => states.get(id),
    async stop() {
      over = true;
      await done;
    },
  };
}
