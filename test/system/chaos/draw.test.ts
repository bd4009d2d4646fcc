import { describe, expect, it } from 'vitest';
import { minorUnits } from '../../../src/domain/budget.js';
import { DEFAULT_PHASES } from '../../../src/domain/rollout/phases.js';
import { BATCH_SIZE, drawBatch, drawRun, indexOf, runSeedOf } from './draw.js';
import { DUE_HOURS } from './occurrences.js';
import { CUT_POINTS, SCENES } from './plan.js';

const RUNS = Array.from({ length: 1_000 }, (_, index) => drawRun(1, index));
const DEEDS = RUNS.flatMap(({ occurrences }) => occurrences.map(({ deed }) => deed));
const valuesOf = <T>(values: T[]): T[] => [...new Set(values)].sort();

describe('the schedules of a seed', () => {
  it('depend only on the seed and the index', () => {
    expect(drawRun(3, 71)).toEqual(drawRun(3, 71));
    expect(drawRun(3, 71)).not.toEqual(drawRun(4, 71));
    const batch = drawBatch(3, 1);
    expect(batch.runs[21]).toEqual(drawRun(3, BATCH_SIZE + 21));
    expect(indexOf(runSeedOf(3, 71))).toEqual({ seed: 3, index: 71 });
  });

  it('include every fault, every control of a rollout, and a crash at every point', () => {
    expect(valuesOf(DEEDS.map(({ kind }) => kind))).toEqual([
      'campaign_budget',
      'control',
      'cut',
      'drop',
      'edit',
      'fault',
      'pause_object',
      'turn',
    ]);
    expect(valuesOf(DEEDS.flatMap((deed) => (deed.kind === 'fault' ? [deed.fault] : [])))).toEqual([
      'applied_then_reset',
      'expired_token',
      'hang',
      'html',
      'late_apply',
      'lost_request',
      'rate_limit',
      'refuse',
      'server_error',
    ]);
    expect(valuesOf(DEEDS.flatMap((deed) => (deed.kind === 'control' ? [deed.control] : [])))).toEqual([
      'check',
      'pause',
      'promote',
      'resolve',
      'resume',
      'revert',
      'stop',
    ]);
    expect(valuesOf(DEEDS.flatMap((deed) => (deed.kind === 'cut' ? [deed.point] : [])))).toEqual(
      [...CUT_POINTS].sort(),
    );
  });

  it('include quiet and crowded runs and odd amounts, and the phases raise every winner', () => {
    expect(RUNS.filter(({ occurrences }) => occurrences.length === 0).length).toBeGreaterThan(30);
    expect(RUNS.filter(({ occurrences }) => occurrences.length >= 5).length).toBeGreaterThan(200);
    expect(RUNS.filter(({ budgets }) => budgets.length === 3).length).toBeGreaterThan(100);
    expect(RUNS.filter(({ budgets }) => budgets.some((amount) => amount % 2 === 1)).length).toBeGreaterThan(
      300,
    );
    for (const { budgets, winner } of RUNS) {
      const total = budgets.reduce((sum, amount) => sum + amount, 0);
      expect(budgets[winner]! / total).toBeLessThan(DEFAULT_PHASES[1]!.winnerShare);
    }
  });

  it('include every scene, but most runs have none', () => {
    const first = [0, 1, 2].map((number) => drawBatch(7, number));
    const scenes = first.flatMap(({ runs }) => runs.map(({ scene }) => scene));
    expect(valuesOf(scenes)).toEqual([...SCENES].sort());
    expect(RUNS.filter(({ scene }) => scene === 'random').length).toBeGreaterThan(650);
  });

  it('drop only challengers, and only in runs with three ads', () => {
    const dropping = RUNS.filter(({ scene }) => scene.startsWith('dropped_'));
    expect(dropping.length).toBeGreaterThan(20);
    for (const { budgets, winner, occurrences } of dropping) {
      expect(budgets).toHaveLength(3);
      const dropsBest = occurrences.some(({ deed }) => deed.kind === 'drop' && deed.role === 'winner');
      if (dropsBest) expect(winner).toBeGreaterThan(0);
    }
  });

  it('include accounts in yen, in New York and in Tokyo, and envelopes of a day that is not the UTC day', () => {
    const batches = Array.from({ length: 40 }, (_, number) => drawBatch(1, number));
    expect(valuesOf(batches.map(({ account }) => account.timezone))).toEqual([
      'America/New_York',
      'Asia/Tokyo',
      'UTC',
    ]);
    expect(batches.filter(({ account }) => account.currency === 'JPY').length).toBeGreaterThan(3);
    for (const place of [2, 22]) {
      const { account, startHour } = batches[place]!;
      expect(account).toEqual({ currency: 'JPY', timezone: 'America/New_York' });
      // The last phase comes after midnight in UTC, but before midnight in New York.
      expect(startHour! + DUE_HOURS.at(-1)!).toBeGreaterThan(24);
      expect(startHour! + DUE_HOURS.at(-1)!).toBeLessThan(24 + 4);
    }
  });

  it('set limits of the account in six batches of twenty, and in no other', () => {
    const batches = Array.from({ length: 40 }, (_, number) => drawBatch(1, number));
    const placesOf = (fits: (batch: (typeof batches)[number]) => boolean) =>
      batches.flatMap((batch, number) => (fits(batch) ? [number] : []));
    expect(placesOf(({ deeds }) => deeds.some(({ kind }) => kind === 'kill_switch'))).toEqual([
      1, 10, 15, 21, 30, 35,
    ]);
    expect(placesOf(({ envelope }) => envelope !== null)).toEqual([2, 12, 22, 32]);
    expect(placesOf(({ shadow }) => shadow)).toEqual([5, 25]);
    for (const { envelope, account, runs } of batches) {
      if (envelope === null) continue;
      const all = runs.flatMap(({ budgets }) => budgets).reduce((sum, amount) => sum + amount, 0);
      const wanted = (DEFAULT_PHASES.at(-1)!.winnerShare - 0.5) * all;
      const inMinor = minorUnits(envelope, account.currency);
      expect(inMinor).toBeGreaterThan(0.134 * wanted);
      expect(inMinor).toBeLessThan(0.5 * wanted);
    }
  });

  it('use the real service in one batch of twenty, and a worker that is replaced in another', () => {
    const batches = Array.from({ length: 20 }, (_, number) => drawBatch(1, number));
    expect(batches.filter(({ kind }) => kind === 'service').map(({ first }) => first / BATCH_SIZE)).toEqual([
      3,
    ]);
    const restarting = batches.filter(({ deeds }) => deeds.some(({ kind }) => kind === 'restart_worker'));
    expect(restarting.map(({ first }) => first / BATCH_SIZE)).toEqual([4]);
    const kills = batches[3]!.deeds.map((deed) => (deed.kind === 'kill' ? deed.what : deed.kind));
    expect(kills.sort()).toEqual(['group', 'node', 'temporal']);
  });
});
