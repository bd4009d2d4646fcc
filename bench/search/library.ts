/** How fast and how completely the pattern library finds the nearest of many patterns. */

import type pg from 'pg';
import { toUnitLength } from '../../src/clients/encoder/model.js';
import { realArray } from '../../src/clients/postgres/embeddings.js';
import { migrate } from '../../src/clients/postgres/migrate.js';
import { createPool } from '../../src/clients/postgres/pool.js';
import type { Scope } from '../../src/clients/postgres/query.js';
import { createStore } from '../../src/clients/postgres/store.js';
import type { Store } from '../../src/clients/postgres/types.js';
import { startPostgres } from '../../src/sandbox/postgres.js';
import { Random } from '../../src/sandbox/random.js';
import { realPostgresAvailable, startPostgresServer } from '../../test/support/postgres-server.js';

/** Real ms. On a busy machine the fastest tenth says more than the median. */
interface Time {
  /** Median. */
  ms: number;
  fastest_tenth_ms: number;
  /** The median, as so many times the bare query's. */
  of_bare: number;
}

export interface LibraryReport {
  database: string;
  patterns: number;
  /** Share of the ten nearest that the search finds: mean over the queries, and that of the worst one. */
  recall_at_10: { mean: number; lowest: number };
  search: Time;
  /** The search with a filter that one pattern in ten passes; its recall too. */
  filtered: Time & { recall_at_10: number };
  bare_query: Time;
  /** Every pattern compared, on the same server. */
  exact: Time;
  /** Real ms per pattern that gets its embedding: the last of them, and how many times what it took without an index. */
  insert: { ms: number; of_unindexed: number };
  /** Making the index over all patterns but those. */
  index_build: { seconds: number };
}

const SCOPE: Scope = { environment: 'sandbox', accountId: 'act_bench' };
const ENCODER = 'made-up';
const LENGTH = 512;
const TEN = 10;
const BATCH = 500;
/** Embeddings that are entered when the index has all others, to know what an insert costs at that size. */
const INSERTED = 1_000;
const CENTRES_PER_PATTERN = 1 / 50;
/** How far a pattern lies from its topic, beside how far topics lie apart. */
const WITHIN = 0.7;

/**
 * Clusters around topics. The spread of the coordinates falls as 1/√k, as the variances of sentence vectors do; in a round
 * cloud all neighbours would be equally far, and no search could tell them apart.
 */
export function madeUpVectors(count: number): {
  vectors: Float32Array[];
  queries: (n: number) => Float32Array[];
} {
  const random = new Random('bench/search/library');
  const spread = Float64Array.from({ length: LENGTH }, (_, k) => 1 / Math.sqrt(1 + k));
  const draw = () => spread.map((sd) => sd * random.normal());
  const centres = Array.from({ length: Math.max(2, Math.round(count * CENTRES_PER_PATTERN)) }, draw);
  const near = () => {
    const centre = centres[Math.floor(random.uniform() * centres.length)]!;
    const vector = Float32Array.from(draw(), (value, k) => centre[k]! + WITHIN * value);
    toUnitLength(vector, 0, LENGTH);
    return vector;
  };
  const some = (n: number) => Array.from({ length: n }, near);
  return { vectors: some(count), queries: some };
}

/** On the real PostgreSQL of the tests if it is there, otherwise on the embedded one. `progress`: told in words. */
export async function measureLibrary(
  count: number,
  queryCount: number,
  progress: (text: string) => void = () => {},
): Promise<LibraryReport> {
  const isReal = realPostgresAvailable();
  const server = isReal ? await startPostgresServer() : await startPostgres({ directory: undefined });
  const pool = createPool({ ...server.config, max: 1, statement_timeout: 0, query_timeout: 0 });
  try {
    await migrate(pool);
    const store = createStore(pool, SCOPE);
    const { vectors, queries } = madeUpVectors(count);
    await fill(pool, count);
    const entered = await embedAll(pool, vectors, progress);
    await pool.query('vacuum analyze auto_promotion.knowledge_base_vectors');
    const { rows } = await pool.query<{ version: string }>(
      `select current_setting('server_version') as version`,
    );
    const name = isReal ? 'PostgreSQL' : 'PGlite';
    progress('searching');
    const found = await searchAll(pool, store, queries(queryCount));
    return { database: `${name} ${rows[0]!.version}`, patterns: count, ...found, ...entered };
  } finally {
    await pool.end();
    await server.stop();
  }
}

async function fill(pool: pg.Pool, count: number): Promise<void> {
  await pool.query(
    `insert into auto_promotion.knowledge_base_vectors (environment, account_id, content_id, kind, title, content, category,
        tags, state_reason, words, created_at, updated_at)
      select $1, $2, 'p' || n, 'stated', 'p' || n, 'p' || n, 'best_practice',
        case when n % 10 = 0 then array['tenth'] else '{}' end, '{}', ''::tsvector, now(), now()
      from generate_series(0, $3::int - 1) n`,
    [SCOPE.environment, SCOPE.accountId, count],
  );
}

async function embedAll(
  pool: pg.Pool,
  vectors: readonly Float32Array[],
  progress: (text: string) => void,
): Promise<Pick<LibraryReport, 'insert' | 'index_build'>> {
  const embed = async (from: number, to: number) => {
    const began = performance.now();
    for (let at = from; at < to; at += BATCH) {
      const batch = vectors.slice(at, Math.min(to, at + BATCH));
      await pool.query(
        `update auto_promotion.knowledge_base_vectors k set embedding = row.vector::real[], embedder_id = $3
          from unnest($4::text[], $5::text[]) as row (id, vector)
          where (k.environment, k.account_id, k.content_id) = ($1, $2, row.id)`,
        [
          ...[SCOPE.environment, SCOPE.accountId, ENCODER],
          batch.map((_, i) => `p${at + i}`),
          batch.map(realArray),
        ],
      );
    }
    return (performance.now() - began) / (to - from);
  };
  const last = Math.max(1, vectors.length - INSERTED);
  await pool.query(`drop index auto_promotion.knowledge_base_vectors_by_meaning_${LENGTH}`);
  progress('entering embeddings');
  const unindexed = await embed(0, last);
  progress('building the index');
  await pool.query(`set maintenance_work_mem = '512MB'`);
  const began = performance.now();
  // Every start makes the index that is missing.
  await migrate(pool);
  const seconds = (performance.now() - began) / 1000;
  progress('inserting');
  const ms = await embed(last, vectors.length);
  return { insert: { ms, of_unindexed: ms / unindexed }, index_build: { seconds } };
}

async function searchAll(
  pool: pg.Pool,
  store: Store,
  queries: readonly Float32Array[],
): Promise<Omit<LibraryReport, 'database' | 'patterns' | 'insert' | 'index_build'>> {
  await pool.query(`set hnsw.ef_search = 80; set hnsw.iterative_scan = 'strict_order'`);
  const bare = `select content_id from auto_promotion.knowledge_base_vectors
    where (environment, account_id, embedder_id) = ($1, $2, $3) and array_length(embedding, 1) = ${LENGTH}
    order by embedding::halfvec(${LENGTH}) <=> $4::halfvec(${LENGTH}) limit ${TEN}`;
  const exactly = (filter: string) => `select content_id from auto_promotion.knowledge_base_vectors
    where (environment, account_id, embedder_id) = ($1, $2, $3) ${filter}
    order by embedding::vector <=> $4::vector limit ${TEN}`;
  const times = {
    bare: [] as number[],
    search: [] as number[],
    filtered: [] as number[],
    exact: [] as number[],
  };
  const recalls: number[] = [];
  const filteredRecalls: number[] = [];
  for (const vector of queries) {
    const values = [SCOPE.environment, SCOPE.accountId, ENCODER, `[${vector.join(',')}]`];
    const ids = async (text: string) =>
      (await pool.query<{ content_id: string }>(text, values)).rows.map((row) => row.content_id);
    const find = async (tag?: string) => {
      const search = { by: 'meaning', near: { encoderId: ENCODER, vector } } as const;
      const found = await store.findPatterns({ search, filters: { tag }, limit: TEN });
      return found.map(({ pattern }) => pattern.id);
    };
    await timed(times.bare, () => ids(bare));
    const found = await timed(times.search, () => find());
    const tenth = await timed(times.filtered, () => find('tenth'));
    const exact = await timed(times.exact, () => ids(exactly('')));
    const exactTenth = await ids(exactly(`and 'tenth' = any(tags)`));
    recalls.push(recallOf(found, exact));
    filteredRecalls.push(recallOf(tenth, exactTenth));
  }
  const ms = median(times.bare);
  const beside = (all: number[]): Time => ({
    ms: median(all),
    fastest_tenth_ms: [...all].sort((a, b) => a - b)[Math.floor(all.length / 10)]!,
    of_bare: median(all) / ms,
  });
  return {
    recall_at_10: { mean: mean(recalls), lowest: Math.min(...recalls) },
    search: beside(times.search),
    filtered: { ...beside(times.filtered), recall_at_10: mean(filteredRecalls) },
    bare_query: beside(times.bare),
    exact: beside(times.exact),
  };
}

async function timed<T>(into: number[], work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const result = await work();
  into.push(performance.now() - began);
  return result;
}

const recallOf = (found: readonly string[], exact: readonly string[]) =>
  exact.length === 0 ? 1 : exact.filter((id) => found.includes(id)).length / exact.length;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
