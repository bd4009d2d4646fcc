/** Encoders whose vectors are kept in the record: each text is encoded once. */
import type { Encoders } from '../../clients/encoder/encoders.js';
import { cutRow, rowLength } from '../../clients/encoder/info.js';
import { type EncodingRows, encodingsKeptIn } from '../../clients/encoder/kept.js';
import type { Encoder, EncoderInfo, EncoderName } from '../../clients/encoder/types.js';
import type { EmbeddingStore } from '../../clients/postgres/pattern-types.js';

/** Rows read or written by one statement: some megabytes. */
const PORTION = 200;

/** An encoder of the process, with its vectors in the account's record. Closing it is left to the process. */
export function recordedEncoder(
  encoders: Encoders,
  name: EncoderName,
  store: Pick<EmbeddingStore, 'textEmbeddings' | 'saveTextEmbeddings'>,
): Encoder {
  const encoder = encoders.get(name);
  return encodingsKeptIn(encoder, async () => recordedRows(encoder.info, store));
}

function recordedRows(
  info: EncoderInfo,
  store: Pick<EmbeddingStore, 'textEmbeddings' | 'saveTextEmbeddings'>,
): EncodingRows {
  const layersLength = rowLength(info) - info.sentence;
  return {
    async read(keys) {
      const rows = new Map<string, Float32Array>();
      const wanted = [...new Set(keys)];
      for (let at = 0; at < wanted.length; at += PORTION) {
        const stored = await store.textEmbeddings(info.id, wanted.slice(at, at + PORTION));
        for (const [key, { layers, sentence }] of stored) {
          if (layers === null) continue;
          const row = new Float32Array(rowLength(info));
          row.set(layers);
          row.set(sentence, layersLength);
          rows.set(key, row);
        }
      }
      return rows;
    },
    async append(rows) {
      const entries = [...rows];
      for (let at = 0; at < entries.length; at += PORTION) {
        const portion = entries
          .slice(at, at + PORTION)
          .map(
            ([key, row]) =>
              [
                key,
                { layers: row.slice(0, layersLength), sentence: cutRow(info, row).sentence.slice() },
              ] as const,
          );
        await store.saveTextEmbeddings(info.id, new Map(portion));
      }
    },
    async close() {},
  };
}
