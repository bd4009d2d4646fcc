/** Earlier tests of an account that lives in the same world: what they say about drift. */

import { withoutBursts } from '../../src/domain/evidence/bursts.js';
import {
  type DriftHistory,
  driftLikelihood,
  NO_HISTORY,
  pooledHistory,
} from '../../src/domain/evidence/drift.js';
import { rateRatio } from '../../src/domain/evidence/rate-ratio.js';
import type { PairRow } from '../../src/domain/evidence/types.js';
import { Random } from '../../src/sandbox/random.js';
import { emptyStream, rowOf, type Stream } from '../../src/tools/backtest/stream.js';
import { inBuckets } from './buckets.js';
import { draw, HOURS } from './draw.js';
import { WORLD_FACTS, type World } from './worlds.js';

/** Tests per world from which each account's are drawn, with replacement. With fewer, the accounts are too much alike. */
const POOL = 1000;
/** Standard deviation of the earlier tests' true log lifts. */
const TRUE_SCALE = 0.1;

const pools = new Map<string, number[][]>();

/** The history of an account with so many earlier tests; another one for each run. `size`: of the pool they come from. */
export function historyOf(
  seed: number,
  world: World,
  run: number,
  tests: number,
  size: number = POOL,
): DriftHistory {
  if (tests === 0) return NO_HISTORY;
  const pool = poolOf(seed, world, size);
  const random = new Random(`${seed} account ${world} ${run} ${tests}`);
  return pooledHistory(
    Array.from({ length: tests }, () => [pool[Math.floor(pool.length * random.uniform())]!]),
  );
}

/** The history with another test, whose first `hours` are known. */
export function withTest(history: DriftHistory, stream: Stream, hours: number): DriftHistory {
  const own = likelihoodOf(rowsOf(stream, 1).slice(0, hours));
  return {
    tests: history.tests + 1,
    logLikelihood: history.logLikelihood.map((value, i) => value + own[i]!),
  };
}

function likelihoodOf(rows: readonly PairRow[]): number[] {
  const { rows: plausible } = withoutBursts(rows);
  return driftLikelihood(plausible, rateRatio(plausible));
}

function poolOf(seed: number, world: World, size: number): number[][] {
  const key = `${seed} ${world} ${size}`;
  const known = pools.get(key);
  if (known) return known;
  const { bucketHours } = WORLD_FACTS[world];
  const hours = emptyStream(HOURS);
  const pool = Array.from({ length: size }, (_, test) => {
    const lift = Math.expm1(TRUE_SCALE * new Random(`${seed} earlier lift ${test}`).normal());
    // Runs below 0 are nobody's own.
    draw(hours, { seed, world, lift, run: -1 - test });
    return likelihoodOf(rowsOf(inBuckets(hours, bucketHours), bucketHours));
  });
  pools.set(key, pool);
  return pool;
}

function rowsOf(stream: Stream, bucketHours: number): PairRow[] {
  return Array.from(stream.impressionsA, (_, bucket) => rowOf(stream, bucket, bucketHours));
}
