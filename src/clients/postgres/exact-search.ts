/** The nearest patterns without pgvector: all of an encoder's embeddings are kept in memory and compared one by one. */

import type { PatternPlace } from './pattern-types.js';
import type { Run } from './query.js';

/** Embeddings that are read at once. */
const PORTION = 2000;

/** The rows of an account; `values` of the SQL that finds them. */
export interface Rows {
  rows: string;
  values: unknown[];
}

interface Kept {
  encoderId: string;
  ids: string[];
  /** Row by row, in the order of the ids. */
  vectors: Float32Array;
}

export class ExactSearch {
  /** Of the encoder that was asked for last. Statements never change, so an embedding never does either: there can only be more. */
  #kept: Promise<Kept> | undefined;

  /** Up to `limit` places after one. `all`: the rows of the encoder; `wanted`: those of them that pass the filters, or null for all. */
  async nearest(
    ask: Run,
    { encoderId, vector }: { encoderId: string; vector: Float32Array },
    { all, wanted }: { all: Rows; wanted: Rows | null },
    limit: number,
    after: PatternPlace | undefined,
  ): Promise<PatternPlace[]> {
    const { ids, vectors } = await this.#read(ask, encoderId, all, vector.length);
    const passing =
      wanted &&
      new Set(
        (
          await ask<{ content_id: string }>(
            `select content_id from auto_promotion.knowledge_base_vectors where ${wanted.rows}`,
            wanted.values,
          )
        ).map((row) => row.content_id),
      );
    const places = ids.flatMap((id, row): PatternPlace[] => {
      if (passing && !passing.has(id)) return [];
      const place = { score: 1 - dot(vectors, row * vector.length, vector), id };
      return after === undefined || isAfter(place, after) ? [place] : [];
    });
    return places.sort((a, b) => (isAfter(a, b) ? 1 : -1)).slice(0, limit);
  }

  async #read(ask: Run, encoderId: string, all: Rows, length: number): Promise<Kept> {
    const kept = await this.#kept?.catch(() => undefined);
    const [counted] = await ask<{ count: number }>(
      `select count(*)::int as count from auto_promotion.knowledge_base_vectors where ${all.rows}`,
      all.values,
    );
    if (kept?.encoderId === encoderId && kept.ids.length === counted!.count) return kept;
    this.#kept = load(ask, encoderId, all, length);
    return this.#kept;
  }
}

async function load(ask: Run, encoderId: string, { rows, values }: Rows, length: number): Promise<Kept> {
  const ids: string[] = [];
  const parts: Float32Array[] = [];
  for (let from = ''; ; from = ids.at(-1)!) {
    const portion = await ask<{ content_id: string; bytes: Buffer }>(
      `select content_id, array_send(embedding) as bytes from auto_promotion.knowledge_base_vectors
        where ${rows} and content_id collate "C" > $${values.length + 1} order by content_id collate "C" limit ${PORTION}`,
      [...values, from],
    );
    for (const { content_id, bytes } of portion) {
      ids.push(content_id);
      parts.push(floatsOf(bytes, length));
    }
    if (portion.length < PORTION) break;
  }
  const vectors = new Float32Array(parts.length * length);
  parts.forEach((part, row) => {
    vectors.set(part, row * length);
  });
  return { encoderId, ids, vectors };
}

/** Bytes of `array_send`: dimensions, flags and type (12), one dimension (8), then per element its length and its value. */
const HEADER = 20;
const PER_ELEMENT = 8;

function floatsOf(bytes: Buffer, length: number): Float32Array {
  if (bytes.length !== HEADER + PER_ELEMENT * length)
    throw new RangeError(`an embedding has another length than ${length}`);
  return Float32Array.from({ length }, (_, at) => bytes.readFloatBE(HEADER + PER_ELEMENT * at + 4));
}

function dot(vectors: Float32Array, from: number, vector: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < vector.length; at++) sum += vectors[from + at]! * vector[at]!;
  return sum;
}

/** UTF-16 order is that of the collation "C" for the ids that this product makes. */
function isAfter(place: PatternPlace, other: PatternPlace): boolean {
  return place.score > other.score || (place.score === other.score && place.id > other.id);
}
