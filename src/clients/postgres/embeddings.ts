import type { EmbeddingStore, StoredText } from './pattern-types.js';
import { type Database, run } from './query.js';

/** A vector as a `real[]` parameter. Every 32-bit float survives it. */
export function realArray(vector: Float32Array): string {
  return `{${vector.join(',')}}`;
}

/**
 * What encoders gave for texts. A hash says nothing about its text, but these rows too belong to one account: so its rows can
 * be found and removed, and no account learns that another one has the same text.
 */
export function embeddingStore({ pool, scope }: Database): EmbeddingStore {
  const mine = [scope.environment, scope.accountId];
  return {
    async textEmbeddings(encoderId, hashes) {
      const rows = await run<{ text_hash: string; sentence: number[]; layers: Buffer | null }>(
        pool,
        `select text_hash, sentence, layers from auto_promotion.text_embeddings
          where (environment, account_id, encoder_id) = ($1, $2, $3) and text_hash = any($4)`,
        [...mine, encoderId, hashes],
      );
      return new Map(
        rows.map(({ text_hash, sentence, layers }): [string, StoredText] => [
          text_hash,
          { sentence: Float32Array.from(sentence), layers: layers && floatsOf(layers) },
        ]),
      );
    },

    async missingTexts(encoderId, hashes) {
      const rows = await run<{ hash: string }>(
        pool,
        `select distinct hash from unnest($4::text[]) as asked (hash)
          where not exists (select from auto_promotion.text_embeddings
            where (environment, account_id, encoder_id, text_hash) = ($1, $2, $3, asked.hash))`,
        [...mine, encoderId, hashes],
      );
      const missing = new Set(rows.map(({ hash }) => hash));
      return hashes.filter((hash) => missing.delete(hash));
    },

    async saveTextEmbeddings(encoderId, rows) {
      if (rows.size === 0) return;
      const texts = [...rows.values()];
      await run(
        pool,
        `insert into auto_promotion.text_embeddings (environment, account_id, encoder_id, text_hash, sentence, layers)
          select $1, $2, $3, hash, sentence::real[], layers
          from unnest($4::text[], $5::text[], $6::bytea[]) as row (hash, sentence, layers)
          -- In one order, so that two that save the same texts can't deadlock.
          order by hash
          on conflict (environment, account_id, encoder_id, text_hash) do update set layers = excluded.layers
            where text_embeddings.layers is null and excluded.layers is not null`,
        [
          ...mine,
          encoderId,
          [...rows.keys()],
          texts.map(({ sentence }) => realArray(sentence)),
          texts.map(({ layers }) => layers && bytesOf(layers)),
        ],
      );
    },
  };
}

const FLOAT_BYTES = 4;

function bytesOf(floats: Float32Array): Buffer {
  const bytes = Buffer.alloc(floats.length * FLOAT_BYTES);
  floats.forEach((value, at) => {
    bytes.writeFloatLE(value, at * FLOAT_BYTES);
  });
  return bytes;
}

function floatsOf(bytes: Buffer): Float32Array {
  const floats = new Float32Array(bytes.length / FLOAT_BYTES);
  for (let at = 0; at < floats.length; at++) floats[at] = bytes.readFloatLE(at * FLOAT_BYTES);
  return floats;
}
