import { DEFAULT_POLICY } from '../../../src/domain/experiment.js';
import { minorUnitsOf } from './limits.js';
import { drawOccurrences, nearAWrite } from './occurrences.js';
import type { BatchDeed, BatchPlan, RunPlan } from './plan.js';
import { Draw } from './random-draw.js';
import { drawScene, stage } from './scenes.js';

/** Runs of a batch share a Temporal server, a database, a market and a clock. */
export const BATCH_SIZE = 50;
/** Seeds stay apart from one another up to so many runs. */
const RUNS_A_SEED = 1_000_000;
/**
 * Of twenty batches one runs on the real service, with kill -9, and one with a worker that keeps nothing of a workflow in
 * mind and is replaced on the way; they take several times as long as the others.
 */
const TURN = 20;
const ON_SERVICE = 3;
const RESTARTING = 4;
/** And some have limits of the account's own. */
const KILL_SWITCH = [1, 10, 15];
const ENVELOPE = [2, 12];
const SHADOW = [5];
/** Yen have no minor units. An envelope is of a day of the account's, which is not UTC's. */
const YEN = [2];
const NEW_YORK = 'America/New_York';
const LAST_SHARE = DEFAULT_POLICY.phases.at(-1)!.winnerShare;

/** The plan of a batch is a function of the seed and its number; so are those of its runs. */
export function drawBatch(seed: number, number: number, size = BATCH_SIZE): BatchPlan {
  const draw = new Draw(`${seed}/chaos/batch/${number}`);
  const place = number % TURN;
  const kind = place === ON_SERVICE ? 'service' : 'time-skipping';
  const first = number * size;
  const drawnCurrency = kind === 'time-skipping' && draw.chance(0.2) ? 'JPY' : 'USD';
  const sharedClient = kind === 'service' || draw.chance(0.3);
  const runs = Array.from({ length: size }, (_, index) => drawRun(seed, first + index));
  const deeds = kind === 'service' ? drawKills(draw) : drawBatchDeeds(draw, place === RESTARTING);
  // Apart, so that they change nothing of the other batches.
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
      kind === 'service' ? null : envelope === null ? limits.uniform(0, 24) : limits.uniform(22, 23.9),
    sharedClient,
    envelope,
    shadow: SHADOW.includes(place),
    deeds,
    runs: runs.map((drawn) => {
      // A hold that a person ends, another day, or another run's rate limit at the client of all may come in the way.
      const isBounded = envelope !== null || sharedClient || KILL_SWITCH.includes(place);
      const run = isBounded ? { ...drawn, harmless: false } : drawn;
      const fitting = sharedClient ? withoutEndlessWait(run) : run;
      return kind === 'service' ? onService(fitting) : fitting;
    }),
  };
}

/** What a batch has that others have not, by name. */
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

/** The sandbox's account is in dollars, and in New York. */
function drawAccount(draw: Draw, currency: string, kind: BatchPlan['kind']): BatchPlan['account'] {
  const timezone = draw.pick([
    ['UTC', 2],
    [NEW_YORK, 2],
    ['Asia/Tokyo', 1],
  ]);
  return { currency, timezone: kind === 'service' ? NEW_YORK : timezone };
}

/** The API lets no rule decide within a day. On a busy machine the market itself fails: what comes of a run is open. */
function onService(run: RunPlan): RunPlan {
  const fitting =
    run.scene === 'dropped_undelivered'
      ? stage('dropped_best', new Draw(`${run.runSeed}/on-service`), run)
      : run;
  return { ...run, ...fitting, harmless: false };
}

/** Where one client serves all, a rate limit that is never over would have every other run wait for ever, too. */
function withoutEndlessWait(run: RunPlan): RunPlan {
  const limits = run.occurrences.some(({ deed }) => deed.kind === 'fault' && deed.fault === 'rate_limit');
  return limits ? { ...run, lasting: false } : run;
}

export function runSeedOf(seed: number, index: number): number {
  return seed * RUNS_A_SEED + index;
}

/** What {@link runSeedOf} was made of. */
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
  // Apart, so that it changes nothing of the others.
  const stageDraw = new Draw(`${seed}/chaos/scene/${index}`);
  const scene = drawScene(stageDraw, variants);
  // Only a challenger can be dropped, and the rule needs some clicks of each ad.
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

/** Odd ones too. The winner's is never so large that no phase would raise it, and no phase asks for less than the least. */
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
  if (restarting) deeds.push({ kind: 'restart_worker', atHours: draw.uniform(0, 3.2) });
  return deeds;
}

/** In mid-phase, or before one is due; over before the runs calm down. */
function drawKillSwitch(draw: Draw): BatchDeed {
  return {
    kind: 'kill_switch',
    atHours: draw.chance(0.5) ? draw.uniform(0, 0.02) : draw.of([1, 3]) - draw.uniform(0, 0.4),
    forHours: draw.uniform(0.3, 1.5),
    paused: draw.chance(0.5),
  };
}

/** Of what all runs together want to raise, a part: some of them have to wait for another day. Major units. */
function drawEnvelope(draw: Draw, runs: readonly RunPlan[], currency: string): number {
  const wanted = runs.reduce((sum, { budgets, winner }) => {
    const total = budgets.reduce((all, amount) => all + amount, 0);
    return sum + LAST_SHARE * total - budgets[winner]!;
  }, 0);
  return Math.ceil((wanted * draw.uniform(0.2, 0.4)) / minorUnitsOf(currency));
}

/** A start takes as long as some ten experiment hours: the second kill finds what the first has left. */
function drawKills(draw: Draw): BatchDeed[] {
  const kinds = ['group', 'node', 'temporal'] as const;
  const from = draw.below(kinds.length);
  const hours = [draw.uniform(5, 15), draw.uniform(25, 35), draw.uniform(45, 60)];
  // The last one stays down for a day.
  return hours.map((atHours, index) => ({
    kind: 'kill' as const,
    atHours,
    what: kinds[(from + index) % kinds.length]!,
    downHours: index === hours.length - 1 ? draw.uniform(25, 28) : 0,
  }));
}
