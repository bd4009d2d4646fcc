import { DEFAULT_POLICY } from '../../../src/domain/experiment.js';
import { minorUnitsOf } from './limits.js';
import { DUE_HOURS, drawOccurrences, nearAWrite } from './occurrences.js';
import type { BatchDeed, BatchPlan, RunPlan } from './plan.js';
import { Draw } from './random-draw.js';
import { drawScene, stage } from './scenes.js';

/** The runs of a batch share a Temporal server, a database, a market and a clock. */
export const BATCH_SIZE = 50;
/** Run seeds of different seeds don't collide up to this number of runs. */
const RUNS_A_SEED = 1_000_000;
/**
 * One batch of twenty runs on the real service, which is killed with `kill -9`. In another batch the worker has no
 * workflow cache and is replaced on the way. Both take several times as long as the others.
 */
const TURN = 20;
const ON_SERVICE = 3;
const RESTARTING = 4;
/** Some batches have limits of the account. */
const KILL_SWITCH = [1, 10, 15];
const ENVELOPE = [2, 12];
const SHADOW = [5];
/** Yen have no minor units. The envelope counts days of the account, which are not UTC days. */
const YEN = [2];
const NEW_YORK = 'America/New_York';
const LAST_DUE_HOURS = DUE_HOURS.at(-1)!;
const LAST_SHARE = DEFAULT_POLICY.phases.at(-1)!.winnerShare;

/** The plan of a batch and of its runs depends only on the seed and the batch's number. */
export function drawBatch(seed: number, number: number, size = BATCH_SIZE): BatchPlan {
  const draw = new Draw(`${seed}/chaos/batch/${number}`);
  const place = number % TURN;
  const kind = place === ON_SERVICE ? 'service' : 'time-skipping';
  const first = number * size;
  const drawnCurrency = kind === 'time-skipping' && draw.chance(0.2) ? 'JPY' : 'USD';
  const sharedClient = kind === 'service' || draw.chance(0.3);
  const runs = Array.from({ length: size }, (_, index) => drawRun(seed, first + index));
  const deeds = kind === 'service' ? drawKills(draw) : drawBatchDeeds(draw, place === RESTARTING);
  // Drawn separately, so that the other draws don't change.
  const limits = new Draw(`${seed}/chaos/limits/${number}`);
  const account = drawAccount(limits, YEN.includes(place) ? 'JPY' : drawnCurrency, kind);
  const envelope = ENVELOPE.includes(place) ? drawEnvelope(limits, runs, account.currency) : null;
  if (envelope !== null) account.timezone = NEW_YORK;
  if (KILL_SWITCH.includes(place)) deeds.push(drawKillSwitch(limits));
  return {
    seed,
    first,
    kind,
    account,
    // Some phases before and some after midnight in UTC, all of them on one day of New York.
    startHour:
      kind === 'service'
        ? null
        : envelope === null
          ? limits.uniform(0, 24)
          : limits.uniform(25 - LAST_DUE_HOURS, 26.9 - LAST_DUE_HOURS),
    sharedClient,
    envelope,
    shadow: SHADOW.includes(place),
    deeds,
    runs: runs.map((drawn) => {
      // A hold until a resume, a wait for another day, or another run's rate limit may keep the run from completing.
      const isBounded = envelope !== null || sharedClient || KILL_SWITCH.includes(place);
      const run = isBounded ? { ...drawn, harmless: false } : drawn;
      const fitting = sharedClient ? withoutEndlessWait(run) : run;
      return kind === 'service' ? onService(fitting) : fitting;
    }),
  };
}

/** Names of what is special in a batch. */
export function drawsOf({ kind, account, deeds, envelope, shadow }: BatchPlan): string[] {
  const downtime = deeds.some((deed) => deed.kind === 'kill' && deed.downHours > 0);
  return [
    `account_in_${account.currency}`,
    `account_in_${account.timezone}`,
    ...(kind === 'service' ? ['real_service'] : []),
    ...(downtime ? ['downtime_of_a_day'] : []),
    ...(deeds.some((deed) => deed.kind === 'kill_switch') ? ['kill_switch'] : []),
    ...(envelope === null ? [] : ['envelope']),
    ...(shadow ? ['shadow'] : []),
  ];
}

/** The sandbox's account is always in dollars and in New York. */
function drawAccount(draw: Draw, currency: string, kind: BatchPlan['kind']): BatchPlan['account'] {
  const timezone = draw.pick([
    ['UTC', 2],
    [NEW_YORK, 2],
    ['Asia/Tokyo', 1],
  ]);
  return { currency, timezone: kind === 'service' ? NEW_YORK : timezone };
}

/** The API allows no decision within a day. On a busy machine the market itself fails, so a run may end in any state. */
function onService(run: RunPlan): RunPlan {
  const fitting =
    run.scene === 'dropped_undelivered'
      ? stage('dropped_best', new Draw(`${run.runSeed}/on-service`), run)
      : run;
  return { ...run, ...fitting, harmless: false };
}

/** If all runs share a client, an endless rate limit would make every other run wait forever. */
function withoutEndlessWait(run: RunPlan): RunPlan {
  const limits = run.occurrences.some(({ deed }) => deed.kind === 'fault' && deed.fault === 'rate_limit');
  return limits ? { ...run, lasting: false } : run;
}

export function runSeedOf(seed: number, index: number): number {
  return seed * RUNS_A_SEED + index;
}

/** The seed and index of {@link runSeedOf}. */
export function indexOf(runSeed: number): { seed: number; index: number } {
  return { seed: Math.floor(runSeed / RUNS_A_SEED), index: runSeed % RUNS_A_SEED };
}

export function drawRun(seed: number, index: number): RunPlan {
  const draw = new Draw(`${seed}/chaos/run/${index}`);
  const variants = draw.chance(0.8) ? 2 : 3;
  const drawnWinner = draw.below(variants);
  const drawnBudgets = drawBudgets(draw, variants, drawnWinner);
  const count = draw.pick([
    [0, 8],
    [1, 24],
    [2, 26],
    [3, 20],
    [5, 14],
    [7, 8],
  ]);
  const occurrences = Array.from({ length: count }, () => drawOccurrences(draw)).flat();
  const calmHours = draw.pick([
    [6, 94],
    [9, 4],
    [27, 2],
  ]);
  const lasting = draw.chance(0.15);
  // Drawn separately, so that the other draws don't change.
  const stageDraw = new Draw(`${seed}/chaos/scene/${index}`);
  const scene = drawScene(stageDraw, variants);
  // Only a challenger can be dropped, and the rule needs some clicks of every ad.
  const winner =
    scene === 'dropped_best' || scene === 'dropped_undelivered' ? 1 + stageDraw.below(2) : drawnWinner;
  const budgets =
    scene === 'dropped_undelivered'
      ? drawnBudgets.map(() => 40_000)
      : winner === drawnWinner
        ? drawnBudgets
        : drawBudgets(stageDraw, variants, winner);
  return {
    runSeed: runSeedOf(seed, index),
    budgets,
    winner,
    lasting,
    ...stage(scene, stageDraw, { occurrences, calmHours }),
  };
}

/** Some are odd. The winner's is small enough for the phases to raise it, and no phase is below Meta's minimum. */
function drawBudgets(draw: Draw, variants: number, winner: number): number[] {
  const one = draw.of([999, 10_001, 9_999, 20_000, 20_000, 50_000, 33_333, 1_000 + draw.below(99_000)]);
  const equal = draw.chance(0.6);
  return Array.from({ length: variants }, (_, index) => {
    if (equal || index === winner) return one;
    return Math.round(one * draw.uniform(0.6, 1.8));
  });
}

function drawBatchDeeds(draw: Draw, restarting: boolean): BatchDeed[] {
  const deeds: BatchDeed[] = [];
  if (draw.chance(0.3))
    deeds.push({ kind: 'expired_token', atHours: nearAWrite(draw), forHours: draw.uniform(0.1, 2) });
  if (restarting) deeds.push({ kind: 'restart_worker', atHours: draw.uniform(0, LAST_DUE_HOURS + 0.2) });
  return deeds;
}

/** In the middle of a phase, or before one is due; it is over before the run calms down. */
function drawKillSwitch(draw: Draw): BatchDeed {
  return {
    kind: 'kill_switch',
    atHours: draw.chance(0.5) ? draw.uniform(0, 0.02) : draw.of(DUE_HOURS.slice(1)) - draw.uniform(0, 0.4),
    forHours: draw.uniform(0.3, 1.5),
    paused: draw.chance(0.5),
  };
}

/** A part of the sum by which all runs want to raise, so that some have to wait for another day. Major units. */
function drawEnvelope(draw: Draw, runs: readonly RunPlan[], currency: string): number {
  const wanted = runs.reduce((sum, { budgets, winner }) => {
    const total = budgets.reduce((all, amount) => all + amount, 0);
    return sum + LAST_SHARE * total - budgets[winner]!;
  }, 0);
  return Math.ceil((wanted * draw.uniform(0.2, 0.4)) / minorUnitsOf(currency));
}

/** A start takes about ten experiment hours: the second kill hits the state that the first one left. */
function drawKills(draw: Draw): BatchDeed[] {
  const kinds = ['group', 'node', 'temporal'] as const;
  const from = draw.below(kinds.length);
  const hours = [draw.uniform(5, 15), draw.uniform(25, 35), draw.uniform(45, 60)];
  // After the last kill the service stays down for a day.
  return hours.map((atHours, index) => ({
    kind: 'kill' as const,
    atHours,
    what: kinds[(from + index) % kinds.length]!,
    downHours: index === hours.length - 1 ? draw.uniform(25, 28) : 0,
  }));
}
