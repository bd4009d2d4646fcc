/** What of the database needs pgvector, and what works without it. */

import type { Run } from './query.js';
import { readVectorState, type VectorState } from './readiness.js';

/**
 * The lengths of the encoders' sentence vectors. Each has an index of its own, because an index holds vectors of one length.
 * Embeddings of another length are searched exactly.
 */
export const INDEXED_LENGTHS: readonly number[] = [384, 512, 768];

/**
 * As it stands in the index: a query that says it in other words would not use the index. Numbers of 16 bits make the index half
 * as large and the search 1.5 times as fast; the order changes only between patterns that are equally near.
 */
export function indexedVector(length: number): string {
  return `embedding::halfvec(${length})`;
}

/** Which rows the index of a length holds: a query must say so too. */
export function isIndexed(length: number): string {
  return `array_length(embedding, 1) = ${length}`;
}

/** Minor versions of pgvector 0: the first with half vectors, and the first whose scans go on until enough rows pass. */
export const HALF_VECTORS = 7;
export const ITERATIVE_SCANS = 8;

export function atLeast(version: string, minorVersion: number): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 0 || minor >= minorVersion;
}

const indexName = (length: number) => `knowledge_base_vectors_by_meaning_${length}`;

/**
 * From migration 0029 on, makes the indexes by meaning that are missing, and installs pgvector if the server offers it and this role may. Made while
 * the table is empty, they take no time; the embedded database would be blocked for seconds later.
 */
export async function ensureMeaningIndexes(ask: Run): Promise<void> {
  const state = await readVectorState(ask);
  if (!canUseVectors(state) || !atLeast(state.installed ?? state.available!, HALF_VECTORS)) return;
  const names = INDEXED_LENGTHS.map(indexName);
  const [found] = await ask<{ there: string[]; owned: boolean }>(
    `select array(select indexname from pg_indexes
        where schemaname = 'auto_promotion' and indexname = any($1))::text[] as there,
      coalesce((select pg_has_role(relowner, 'usage') from pg_class
        where oid = to_regclass('auto_promotion.knowledge_base_vectors')
          and to_regclass('auto_promotion.pattern_fits') is not null), false) as owned`,
    [names],
  );
  const missing = INDEXED_LENGTHS.filter((length) => !found!.there.includes(indexName(length)));
  if (missing.length === 0 || !found!.owned) return;
  if (state.installed === null) await ask('create extension vector');
  for (const length of missing) {
    const rows = `where array_length(embedding, 1) = ${length}`;
    await ask(
      `create index ${indexName(length)} on auto_promotion.knowledge_base_vectors
        using hnsw ((${indexedVector(length)}) halfvec_cosine_ops) ${rows}`,
    );
  }
}

/** Whether it is installed, or the next start installs it. */
export function canUseVectors({ available, installed, closed }: VectorState): boolean {
  return installed !== null || (available !== null && !closed);
}

/** A sentence for the log if patterns are searched without an index; null if they are searched with one. */
export async function exactSearchNote(ask: Run): Promise<string | null> {
  const state = await readVectorState(ask);
  if (state.installed !== null && atLeast(state.installed, HALF_VECTORS)) return null;
  const [what, cure] =
    state.installed !== null
      ? [`only pgvector ${state.installed}`, `update it to 0.${HALF_VECTORS} or later, and start again`]
      : state.available === null
        ? [
            'no pgvector',
            'install pgvector on the server, as the image pgvector/pgvector has, and start again',
          ]
        : ['no pgvector installed', 'let a superuser run “create extension vector”, and start again'];
  return `This server has ${what}, so patterns are compared one by one: exact, but slow from tens of thousands on. To change that: ${cure}.`;
}

/** The version of pgvector; null if it isn't installed. */
export async function vectorVersion(ask: Run): Promise<string | null> {
  return (await readVectorState(ask)).installed;
}
