import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { PoolConfig } from 'pg';
import type { ExperimentInput } from '../../../src/contract/experiment-input.js';
import type { ControlKind } from '../../../src/contract/messages.js';
import { EXPERIMENT_WORKFLOW } from '../../../src/contract/names.js';
import {
  DEFAULT_POLICY,
  type Experiment,
  type ExperimentState,
  isEnded,
} from '../../../src/domain/experiment.js';
import { HOUR_MS } from '../../../src/domain/time.js';
import { unknownOutcomeWaitMs } from '../../../src/service/worker.js';
import { WITHOUT_WAIT } from '../../support/without-wait.js';
import type { Evidence, PlayedBatch } from './evidence.js';
import { Guarded } from './guarded.js';
import { raisesBeyond } from './limits.js';
import { BEST_RATE, LiveRun } from './live-run.js';
import type { BatchPlan } from './plan.js';
import { asPlayed, nextTimerOf, readRecord } from './record.js';
import type { SecretSearch } from './secrets.js';
import { type Agenda, skippingHands, withdrawFault } from './skipping-hands.js';
import {
  ATTENDED_MS,
  BUSY_MS,
  CALM_STEP_MS,
  IDLE_MS,
  LEAD_HOURS,
  lastHoursOf,
  STEP_MS,
  untilHour,
} from './timeline.js';
import { openWorld, SOCKET_TIMEOUT_MS, TIME_BASE } from './world.js';

/** Plays the runs of a batch in parallel on one virtual timeline. */
export async function playSkipping(
  batch: BatchPlan,
  { postgres, search, log }: { postgres: PoolConfig | null; search: SecretSearch; log(line: string): void },
): Promise<PlayedBatch> {
  const world = await openWorld(batch, { postgres, search });
  const { clock, market, names, store } = world;
  const { env, client } = world.temporal;
  const runs: LiveRun[] = [];
  const agenda: Agenda = [];
  const killSwitch: Evidence['limits']['killSwitch'] = [];
  let tokenStrikes = 0;
  let restarts = 0;

  async function create(plan: BatchPlan['runs'][number]): Promise<void> {
    const id = `run-${plan.runSeed}`;
    const ads = plan.budgets.map((dailyBudget, index) => ({
      name: `${id} ${index}`,
      dailyBudget,
      trueClickRate: index === plan.winner ? BEST_RATE : 0.02,
    }));
    const objects = await market.createTest({ name: id, ads });
    const hands = skippingHands(world, { agenda, search, guard: () => guarded });
    const run = new LiveRun(plan, objects, hands);
    const guarded: Guarded = new Guarded(run);
    runs.push(run);
    world.admit(guarded);
    const now = await clock.now();
    const creative = { hook: null, headline: id, text: null, script: null, visualNotes: null };
    await store.createExperiment({
      id,
      name: id,
      environment: 'sandbox',
      accountId: market.account.id,
      currency: market.account.currency,
      state: 'running',
      reason: { code: 'started' },
      hold: null,
      stateChangedAt: now,
      policy: {
        ...DEFAULT_POLICY,
        ...WITHOUT_WAIT,
        checkEveryHours: plan.checkEveryHours,
        // If a user requests the promotion, the rule must not decide.
        minimumRunHours: plan.promotedBy === 'rule' ? LEAD_HOURS + 1 : 27 * 24,
        verification: { settleHours: 0, windowHours: plan.windowHours },
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
    const { firstExecutionRunId } = await client.workflow.start(EXPERIMENT_WORKFLOW, {
      workflowId: names.workflowId(id),
      taskQueue: names.taskQueue,
      args: [{ experimentId: id, timeBase: TIME_BASE } satisfies ExperimentInput],
    });
    search.ran(names.workflowId(id), firstExecutionRunId);
    await run.prepare();
  }

  /** Repeats the request while it is refused for a temporary reason. */
  async function promote(run: LiveRun, tries: number): Promise<void> {
    const { answer } = await run.ask('promote', {});
    void answer.then(async ({ ok }) => {
      if (ok || tries === 1) return;
      const now = await store.getExperiment(run.id);
      if (now?.state === 'running') run.hands.later(HOUR_MS / 2, () => promote(run, tries - 1));
    });
  }

  async function turnKillSwitch(engaged: boolean): Promise<number> {
    const at = await clock.now();
    await store.setKillSwitch({ engaged, by: 'a user', reason: 'chaos', at });
    for (const run of runs) run.note(at, `the kill switch is ${engaged ? 'engaged' : 'released'}`);
    return at;
  }

  async function engage(paused: boolean): Promise<void> {
    killSwitch.push({ from: await turnKillSwitch(true), to: Number.POSITIVE_INFINITY });
    if (paused) await askAll(runs, 'rolling_out', 'pause', { reason: 'Kill switch: chaos' });
  }

  /** Most rollouts are resumed. */
  async function release(): Promise<void> {
    killSwitch.at(-1)!.to = await turnKillSwitch(false);
    await askAll(
      runs.filter((_, index) => index % 4 > 0),
      'held',
      'resume',
    );
  }

  async function askAll(
    some: LiveRun[],
    state: ExperimentState,
    control: ControlKind,
    args: Record<string, string> = {},
  ): Promise<void> {
    for (const run of some) {
      if ((await store.getExperiment(run.id))?.state === state) await run.ask(control, args);
    }
  }

  const played = new Map<LiveRun, Omit<Evidence, 'limits'>>();
  async function conclude(run: LiveRun, experiment: Experiment): Promise<void> {
    const handle = client.workflow.getHandle(names.workflowId(run.id));
    const { status, runId } = await handle.describe();
    search.ran(names.workflowId(run.id), runId);
    const running = status.name === 'RUNNING';
    const nextDueAt = running ? nextTimerOf(await handle.fetchHistory()) : null;
    const audit = (await market.audit()).filter((row) => row.adSetId in run.initial);
    played.set(run, {
      ...(await readRecord(store, run, experiment)),
      trouble: run.trouble,
      nextDueAt,
      running,
      budgets: await market.budgets(run.objects.adSetIds),
      audit,
      raced: world.guardedOf(run.id)!.raced(audit),
      raceMs: 5 * SOCKET_TIMEOUT_MS,
      readBackMs: 0,
      overdueMs: HOUR_MS / 60,
      lateBoundMs: unknownOutcomeWaitMs(SOCKET_TIMEOUT_MS, 1),
      observedAt: await clock.now(),
    });
    if (running) await handle.terminate('the run has been judged').catch(unlessEnded);
  }

  const calmAt = (run: LiveRun) => run.promotedAt + run.plan.calmHours * HOUR_MS;

  /** True if nothing more will happen by itself, except that a waiting time for users is not over. */
  function atRest(run: LiveRun, experiment: Experiment, now: number): boolean {
    const { state, stateChangedAt } = experiment;
    if (!run.calm || run.pending > 0) return false;
    // It continues by itself on another day.
    if (state === 'held' && experiment.hold?.code === 'envelope') return false;
    if (isEnded(state)) return now - stateChangedAt > ATTENDED_MS;
    // The decision was not carried out, and nobody asks again.
    if (state === 'running' && experiment.policy.checkEveryHours < 168) return now > calmAt(run) + IDLE_MS;
    if (state === 'needs_attention' || state === 'held') return now - stateChangedAt > ATTENDED_MS;
    return false;
  }

  try {
    await world.startWorker();
    if (batch.startHour !== null) await env.sleep(untilHour(batch.startHour - LEAD_HOURS, await clock.now()));
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
            await world.startWorker();
            restarts++;
            for (const run of runs) run.note(stopped, 'the worker is stopped, another one is started');
          },
        });
      } else if (deed.kind === 'kill_switch') {
        agenda.push(
          { at, what: () => engage(deed.paused) },
          { at: at + deed.forHours * HOUR_MS, what: () => release() },
        );
      } else if (deed.kind === 'expired_token') {
        agenda.push({
          at,
          async what() {
            const id = await market.order({ kind: 'expired_token', times: null });
            for (const run of runs) run.note(at, 'the token expires');
            agenda.push({
              at: at + deed.forHours * HOUR_MS,
              async what() {
                tokenStrikes += await withdrawFault(world, id);
              },
            });
          },
        });
      }
    }
    for (const run of runs) {
      agenda.push({ at: start + run.plan.calmHours * HOUR_MS, what: () => run.calmDown() });
      if (run.plan.promotedBy === 'person') agenda.push({ at: start, what: () => promote(run, 6) });
    }
    const end = start + lastHoursOf(batch) * HOUR_MS;
    for (let now = start; played.size < runs.length && now < end; now = await clock.now()) {
      const due = agenda.filter((each) => each.at <= now);
      for (const each of due) agenda.splice(agenda.indexOf(each), 1);
      await Promise.all(due.map(({ what }) => what()));
      if (due.length === 0) {
        const all = await store.listExperiments({ limit: 1_000, offset: 0 });
        for (const experiment of all) {
          const run = world.guardedOf(experiment.id)?.run;
          if (run && !played.has(run) && atRest(run, experiment, now)) await conclude(run, experiment);
        }
      }
      if (played.size === runs.length) break;
      const isBusy = now < start + BUSY_MS && runs.some((run) => !played.has(run) && !run.calm);
      const step = isBusy ? STEP_MS : CALM_STEP_MS;
      // Lets actions that were scheduled a moment ago get onto the agenda.
      await delay(0);
      const next = Math.min(now + step, ...agenda.map(({ at }) => at));
      const pause = Math.max(1, Math.ceil(next - (await clock.now())));
      await env.sleep(pause);
    }
    for (const run of runs) {
      const experiment = played.has(run) ? null : await store.getExperiment(run.id);
      if (experiment) await conclude(run, experiment);
    }
    for (const run of runs) await run.withdrawAll();
    await search.knownHistories(client);
    await search.tables(world.pool);
    const bases = Object.assign({}, ...[...played.values()].map(({ promotion }) => promotion?.base));
    const beyondEnvelope = raisesBeyond(await market.audit(), batch.envelope, batch.account, bases);
    const limits = { killSwitch, beyondEnvelope, shadow: batch.shadow };
    return {
      faults: { expired_token: tokenStrikes, restarted_worker: restarts },
      runs: runs.map((run) => asPlayed(run, { ...played.get(run)!, limits })),
    };
  } finally {
    await world.stop();
  }
}

/** Ignores that the workflow has just ended by itself. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
