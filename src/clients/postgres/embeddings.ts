import type { EmbeddingStore, StoredText, TextCounts } from './pattern-types.js';
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

    async enterDecidedTexts(hashes) {
      await run(
        pool,
        `insert into auto_promotion.decided_texts (environment, account_id, text_hash)
          select distinct $1, $2, hash from unnest($3::text[]) as row (hash) order by hash
          on conflict do nothing`,
        [...mine, hashes],
      );
    },

    async countDecidedTexts(encoderIds) {
      const [counts] = await run<TextCounts>(
        pool,
        `select count(*)::int as texts, (count(*) filter (where read.encoders = $4))::int as encoded
          from auto_promotion.decided_texts t
          cross join lateral (select count(*) as encoders from auto_promotion.text_embeddings e
            where (e.environment, e.account_id, e.text_hash) = (t.environment, t.account_id, t.text_hash)
              and e.encoder_id = any($3) and e.layers is not null) read
          where (t.environment, t.account_id) = ($1, $2)`,
        [...mine, encoderIds, encoderIds.length],
      );
      return counts!;
    },
  };
}

/** The processors that this runs on are little-endian, as the column is. */
function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function floatsOf(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
