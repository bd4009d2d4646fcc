/** What of the database needs pgvector, and what works without it. */

import type { Run } from './query.js';
import { readVectorState, type VectorState } from './readiness.js';

/**
 * The lengths of the encoders' sentence vectors. Each has an index of its own, because an index holds vectors of one length.
 * Embeddings of another length are searched exactly.
 */
export const INDEXED_LENGTHS: readonly number[] = [384, 512, 768];

/** As it stands in the index: a query that says it in other words would not use the index. */
export function indexedVector(length: number): string {
  return `embedding::vector(${length})`;
}

/** Which rows the index of a length holds. */
export function isIndexed(length: number): string {
  return `array_length(embedding, 1) = ${length}`;
}

const indexName = (length: number) => `knowledge_base_vectors_by_meaning_${length}`;

/**
 * From migration 0029 on, makes the indexes by meaning that are missing, and installs pgvector if the server offers it and this role may. Made while
 * the table is empty, they take no time; the embedded database would be blocked for seconds later.
 */
export async function ensureMeaningIndexes(ask: Run): Promise<void> {
  const state = await readVectorState(ask);
  if (!canUseVectors(state)) return;
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
    await ask(
      `create index ${indexName(length)} on auto_promotion.knowledge_base_vectors
        using hnsw ((${indexedVector(length)}) vector_cosine_ops) where ${isIndexed(length)}`,
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
  if (state.installed !== null) return null;
  const cure =
    state.available === null
      ? 'install pgvector on the server, as the image pgvector/pgvector has, and start again'
      : 'let a superuser run “create extension vector”, and start again';
  return `This server has no pgvector, so patterns are compared one by one: exact, but slow from tens of thousands on. To change that: ${cure}.`;
}

/** The version of pgvector; null if it isn't installed. */
export async function vectorVersion(ask: Run): Promise<string | null> {
  return (await readVectorState(ask)).installed;
}
