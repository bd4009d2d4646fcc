import { describe, expect, it } from 'vitest';
import {
  driftLikelihood,
  driftOf,
  driftOfAccount,
  NO_HISTORY,
  pooledHistory,
} from '../../../src/domain/evidence/drift.js';
import { rateRatio } from '../../../src/domain/evidence/rate-ratio.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { Random } from '../../../src/sandbox/random.js';

/** Equal ads; the log of their rate ratio is an Ornstein-Uhlenbeck process with these parameters, sampled each hour. */
function drifting(seed: string, { sd, memory, hours = 672, clicks = 20 }: Drifting): PairRow[] {
  const random = new Random(`drift ${seed}`);
  const decay = Math.exp(-1 / memory);
  let state = sd * random.normal();
  return Array.from({ length: hours }, (_, hour) => {
    if (hour > 0) state = decay * state + sd * Math.sqrt(1 - decay * decay) * random.normal();
    return {
      exposureA: 1000,
      eventsA: random.poisson(clicks),
      exposureB: 1000,
      eventsB: random.poisson(clicks * Math.exp(state)),
      day: hour / 24,
    };
  });
}

interface Drifting {
  sd: number;
  memory: number;
  hours?: number;
  clicks?: number;
}

const likelihoodOf = (rows: readonly PairRow[]) => driftLikelihood(rows, rateRatio(rows));
const accountOf = (tests: number, world: Drifting) =>
  pooledHistory(
    Array.from({ length: tests }, (_, test) => [
      likelihoodOf(drifting(`${JSON.stringify(world)} ${test}`, world)),
    ]),
  );

describe('the drift of an account', () => {
  it('is what its tests show', () => {
    const account = driftOfAccount(accountOf(12, { sd: 0.08, memory: 24 }));
    expect(account.sd).toBeGreaterThan(0.065);
    expect(account.sd).toBeLessThan(0.095);
    expect(account.memoryHours).toBeGreaterThan(12);
    expect(account.memoryHours).toBeLessThan(50);
  });

  it('is next to nothing if its tests show none', () => {
    const none = { sd: 0, memory: 24 };
    expect(driftOfAccount(accountOf(12, none)).sd).toBeLessThan(0.02);
    expect(driftOfAccount(accountOf(3, none)).sd).toBeLessThan(driftOfAccount(NO_HISTORY).sd);
  });

  it('has the memory of its tests', () => {
    const short = driftOfAccount(accountOf(12, { sd: 0.1, memory: 6 })).memoryHours;
    const long = driftOfAccount(accountOf(12, { sd: 0.1, memory: 100 })).memoryHours;
    expect(short).toBeLessThan(15);
    expect(long).toBeGreaterThan(50);
  });

  it('is the prior without tests: about 5 %', () => {
    const { sd, memoryHours } = driftOfAccount(NO_HISTORY);
    expect(sd).toBeGreaterThan(0.03);
    expect(sd).toBeLessThan(0.06);
    expect(memoryHours).toBeGreaterThan(24);
    expect(NO_HISTORY.tests).toBe(0);
    expect(pooledHistory([])).toEqual(NO_HISTORY);
  });

  it('refuses a likelihood of another grid', () => {
    expect(() => pooledHistory([[[0, 0, 0]]])).toThrow('a drift likelihood has 53 numbers, got 3');
  });
});

describe('the variance that drift adds', () => {
  it('is that of the process, for the weights of the rows', () => {
    const world = { sd: 0.1, memory: 40 };
    const history = accountOf(40, world);
    for (const hours of [24, 96, 672]) {
      const rows = drifting('own', { ...world, hours });
      const { variance, tests } = driftOf(rows, rateRatio(rows), history);
      // Σ over i ≠ j of σ²·e^{−|i−j|/τ}/n², with equal rows.
      let known = 0;
      for (let lag = 1; lag < hours; lag++) known += 2 * (hours - lag) * 0.01 * Math.exp(-lag / 40);
      known /= hours * hours;
      expect(variance / known).toBeGreaterThan(0.7);
      // The margin is part of it.
      expect(variance / known).toBeLessThan(1.9);
      expect(tests).toBe(40);
    }
  });

  it('covers what the buckets leave out: θ̂ varies as its error says', () => {
    const world = { sd: 0.1, memory: 24, hours: 336 };
    const history = accountOf(10, world);
    const RUNS = 150;
    let squares = 0;
    let withDrift = 0;
    let without = 0;
    for (let run = 0; run < RUNS; run++) {
      const rows = drifting(`run ${run}`, world);
      const ratio = rateRatio(rows);
      squares += ratio.theta ** 2 / RUNS;
      without += ratio.se ** 2 / RUNS;
      withDrift += (ratio.se ** 2 + driftOf(rows, ratio, history).variance) / RUNS;
    }
    // 150 values estimate a variance to 12 %.
    expect(squares / without).toBeGreaterThan(2);
    expect(Math.abs(squares / withDrift - 1)).toBeLessThan(0.36);
  });

  it("grows with the test's own drift, and shrinks as its own days show none", () => {
    const at = (world: Drifting) => {
      const rows = drifting('own days', world);
      return driftOf(rows, rateRatio(rows), NO_HISTORY);
    };
    const calm = at({ sd: 0, memory: 24, clicks: 200 });
    const wild = at({ sd: 0.2, memory: 24, clicks: 200 });
    expect(wild.sd).toBeGreaterThan(0.12);
    expect(calm.sd).toBeLessThan(0.02);
    expect(at({ sd: 0, memory: 24, clicks: 200, hours: 24 }).sd).toBeGreaterThan(calm.sd);
  });

  it('is nothing without a standard error, and the same in any order of the rows', () => {
    const equal = Array.from({ length: 48 }, (_, hour) => ({
      ...{ exposureA: 1000, eventsA: 10, exposureB: 1000, eventsB: 20 },
      day: hour / 24,
    }));
    expect(rateRatio(equal).se).toBe(0);
    expect(driftLikelihood(equal, rateRatio(equal))).toEqual(NO_HISTORY.logLikelihood);
    const rows = drifting('order', { sd: 0.1, memory: 24, hours: 100 });
    const reversed = [...rows].reverse();
    expect(driftOf(reversed, rateRatio(rows), NO_HISTORY)).toEqual(
      driftOf(rows, rateRatio(rows), NO_HISTORY),
    );
  });

  it('is most of what rows of days leave out', () => {
    const inDays = (hours: PairRow[]) =>
      Array.from({ length: hours.length / 24 }, (_, day): PairRow => {
        const own = hours.slice(24 * day, 24 * day + 24);
        const sum = (pick: (row: PairRow) => number) => own.reduce((total, row) => total + pick(row), 0);
        return {
          exposureA: sum((row) => row.exposureA),
          eventsA: sum((row) => row.eventsA),
          exposureB: sum((row) => row.exposureB),
          eventsB: sum((row) => row.eventsB),
          day,
        };
      });
    const world = { sd: 0.1, memory: 40 };
    const history = pooledHistory(
      Array.from({ length: 40 }, (_, test) => [likelihoodOf(inDays(drifting(`days ${test}`, world)))]),
    );
    const RUNS = 100;
    let [squares, without, withDrift] = [0, 0, 0];
    for (let run = 0; run < RUNS; run++) {
      const rows = inDays(drifting(`of days ${run}`, world));
      const ratio = rateRatio(rows);
      squares += ratio.theta ** 2 / RUNS;
      without += ratio.se ** 2 / RUNS;
      withDrift += (ratio.se ** 2 + driftOf(rows, ratio, history).variance) / RUNS;
    }
    // 100 values estimate a variance to 14 %.
    expect(squares / without).toBeGreaterThan(2);
    expect(squares / withDrift).toBeLessThan(1.6);
  });

  it('needs the day of each row', () => {
    const rows = drifting('no day', { sd: 0, memory: 24, hours: 30 }).map(({ day: _, ...row }) => row);
    expect(() => driftOf(rows, rateRatio(rows), NO_HISTORY)).toThrow(
      'a row has no day, but the drift needs it',
    );
  });
});
