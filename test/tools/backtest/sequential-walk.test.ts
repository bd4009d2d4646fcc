import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NO_HISTORY } from '../../../src/domain/evidence/drift.js';
import { rateRatio } from '../../../src/domain/evidence/rate-ratio.js';
import { nominalAlpha, sequential } from '../../../src/domain/evidence/sequential.js';
import type { PairRow } from '../../../src/domain/evidence/types.js';
import { RobustStream } from '../../../src/tools/backtest/robust-stream.js';
import { ExactBounds, SequentialWalk } from '../../../src/tools/backtest/sequential-walk.js';
import { emptyStream, RunningRatio, type Stream } from '../../../src/tools/backtest/stream.js';
import { hourlyRows, random, REFERENCE_SETTINGS as settings } from '../../domain/evidence/simulate.js';

const LOOKS = Array.from({ length: 112 }, (_, k) => 6 * (k + 1));

function streamOf(rows: readonly PairRow[]): Stream {
  const stream = emptyStream(rows.length);
  rows.forEach((row, i) => {
    stream.impressionsA[i] = row.exposureA;
    stream.clicksA[i] = row.eventsA;
    stream.impressionsB[i] = row.exposureB;
    stream.clicksB[i] = row.eventsB;
  });
  return stream;
}

function walked(rows: readonly PairRow[], confidence: number) {
  const robust = new RobustStream(streamOf(rows));
  const walk = new SequentialWalk({ ...settings, confidence });
  for (const hours of LOOKS) {
    robust.readTo(hours);
    const winner = walk.look(hours, robust.ratio, () => robust.driftVariance(NO_HISTORY));
    if (winner) return { hours, winner };
  }
  return null;
}

/** As version 2 of the rule, which the reference was computed with. */
function walkedWithoutDrift(rows: readonly PairRow[]) {
  const ratio = new RunningRatio(streamOf(rows));
  const walk = new SequentialWalk(settings, new ExactBounds(nominalAlpha(settings.confidence)));
  for (const hours of LOOKS) {
    ratio.readTo(hours);
    const winner = walk.look(hours, ratio);
    if (winner) return { hours, winner };
  }
  return null;
}

function ruled(rows: readonly PairRow[], confidence: number) {
  const own = { ...settings, confidence };
  let state = sequential.start(own);
  for (const hours of LOOKS) {
    const look = sequential.look(own, state, rows.slice(0, hours), hours);
    if (look.evidence.winner) return { hours, winner: look.evidence.winner };
    state = look.state;
  }
  return null;
}

describe('the walk', () => {
  it.each([
    [0.9, 0.022],
    [0.95, 0.022],
    [0.95, 0.0236],
    [0.99, 0.024],
  ])(
    'decides at the same look and for the same ad as the rule, at confidence %d and rates 0.02 and %d',
    (confidence, rateB) => {
      const decisions = [1, 2, 3].map((seed) => {
        const rows = hourlyRows(random(seed), { hours: 672, impressions: 250, rateA: 0.02, rateB });
        const decision = walked(rows, confidence);
        expect(decision).toEqual(ruled(rows, confidence));
        return decision;
      });
      expect(decisions.some((decision) => decision !== null)).toBe(true);
    },
    120_000,
  );

  it('decides the reference experiments as they were computed', () => {
    const file = new URL('../../reference/e2e_default.json', import.meta.url);
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as {
      cases: { rows: number[][]; decision: { hours: number; winner: 'A' | 'B' } | null }[];
    };
    expect(cases.length).toBeGreaterThan(0);
    for (const { rows, decision } of cases) {
      const pairs = rows.map(
        ([exposureA, eventsA, exposureB, eventsB]): PairRow => ({
          exposureA: exposureA!,
          eventsA: eventsA!,
          exposureB: exposureB!,
          eventsB: eventsB!,
        }),
      );
      expect(walkedWithoutDrift(pairs)).toEqual(decision);
    }
  });

  it('decides at the same look and for the same ad as the strict form of the rule', () => {
    const own = { ...settings, strict: true };
    const decisions = [1, 2, 3].map((seed) => {
      const rows = hourlyRows(random(seed), { hours: 672, impressions: 250, rateA: 0.02, rateB: 0.0236 });
      const days = rows.map((row, hour) => ({ ...row, day: hour / 24 }));
      const ratio = new RunningRatio(streamOf(rows), 24);
      const walk = new SequentialWalk(own);
      let state = sequential.start(own);
      for (const hours of LOOKS) {
        ratio.readTo(hours);
        const winner = walk.look(hours, ratio);
        const look = sequential.look(own, state, days.slice(0, hours), hours);
        expect(winner).toBe(look.evidence.winner);
        if (winner) return hours;
        state = look.state;
      }
      return null;
    });
    expect(decisions.some((decision) => decision !== null)).toBe(true);
  }, 120_000);

  it('refuses a confidence without a confirmed boundary', () => {
    expect(() => new SequentialWalk({ ...settings, confidence: 0.93 })).toThrow(RangeError);
  });
});

describe('the running sums', () => {
  const rows = hourlyRows(random(9), { hours: 200, impressions: 40, rateA: 0.02, rateB: 0.03 });
  rows[20]!.exposureA = 0;
  rows[20]!.eventsA = 0;
  rows[30]!.exposureB = 0;
  rows[30]!.eventsB = 0;

  it.each([1, 2, 3, 10, 50, 200])('equal the estimator of the rule after %i buckets', (buckets) => {
    const expected = rateRatio(rows.slice(0, buckets));
    const ratio = new RunningRatio(streamOf(rows));
    ratio.readTo(buckets);
    expect(ratio.theta).toBeCloseTo(expected.theta, 12);
    expect(ratio.se).toBeCloseTo(expected.se, 12);
    expect(ratio.df).toBeCloseTo(expected.df, 9);
    expect(ratio.t).toBeCloseTo(expected.t, 10);
    expect(ratio.information).toBeCloseTo(expected.information, 9);
    expect(Math.abs(ratio.roughT)).toBeGreaterThanOrEqual(Math.abs(ratio.t));
  });

  it.each([1, 23, 24, 25, 40, 60, 200])('equal it with days as clusters too, after %i hours', (hours) => {
    const days = rows.map((row, hour) => ({ ...row, day: hour / 24 }));
    const expected = rateRatio(days.slice(0, hours), { clusterByDay: true });
    const ratio = new RunningRatio(streamOf(rows), 24);
    ratio.readTo(hours);
    expect(ratio.clusters).toBe(expected.clusters);
    for (const figure of ['theta', 'se', 'df', 't', 'information'] as const) {
      expect(ratio[figure]).toBeCloseTo(expected[figure], 9);
    }
    expect(Math.abs(ratio.roughT)).toBeGreaterThanOrEqual(Math.abs(ratio.t));
  });

  it('find no error in buckets of one exact proportion', () => {
    const stream = emptyStream(30);
    stream.impressionsA.fill(1000);
    stream.impressionsB.fill(1000);
    stream.clicksA.fill(10);
    stream.clicksB.fill(17);
    const ratio = new RunningRatio(stream);
    ratio.readTo(30);
    expect(ratio.se).toBe(0);
    expect(new SequentialWalk(settings).look(30, ratio)).toBeNull();
  });
});
