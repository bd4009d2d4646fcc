/** Encoders whose vectors are kept in the record: each text is encoded once. */
import type { Encoders } from '../../clients/encoder/encoders.js';
import { cutRow, rowLength } from '../../clients/encoder/info.js';
import { type EncodingRows, encodingsKeptIn } from '../../clients/encoder/kept.js';
import type { Encoder, EncoderInfo, EncoderName } from '../../clients/encoder/types.js';
import type { EmbeddingStore } from '../../clients/postgres/pattern-types.js';
import type { SharedRows } from './messages.js';

/** Rows read or written by one statement: the event loop has other work in between. */
const PORTION = 50;

/** An encoder of the process, with its vectors in the account's record. Closing it is left to the process. */
export function recordedEncoder(
  encoders: Encoders,
  name: EncoderName,
  store: Pick<EmbeddingStore, 'textEmbeddings' | 'saveTextEmbeddings'>,
): Encoder {
  const encoder = encoders.get(name);
  return encodingsKeptIn(encoder, async () => recordedRows(encoder.info, store));
}

/** Texts that are encoded and copied at once: some seconds of work. */
const AT_ONCE = 256;

/** The layers of texts, a row per text, and their sentence vectors if these are `wanted`. */
export async function sharedRows(
  encoder: Encoder,
  texts: readonly string[],
  {
    signal,
    progress,
    sentences: wanted,
  }: { signal: AbortSignal; progress: (done: number) => void; sentences: boolean },
): Promise<{ layers: SharedRows; sentences: SharedRows | null }> {
  const { info } = encoder;
  const layers = emptyRows(info.layers, texts.length);
  const sentences = wanted ? emptyRows([info.sentence], texts.length) : null;
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    const portion = await encoder.encode(texts.slice(from, from + AT_ONCE), { signal });
    portion.forEach((text, i) => {
      setRow(layers, from + i, text.layers);
      if (sentences) setRow(sentences, from + i, [text.sentence]);
    });
    progress(from + portion.length);
  }
  return { layers, sentences };
}

function emptyRows(widths: readonly number[], count: number): SharedRows {
  const length = count * widths.reduce((sum, width) => sum + width, 0);
  return { widths, values: new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT)) };
}

function setRow({ widths, values }: SharedRows, row: number, parts: readonly Float32Array[]): void {
  let at = row * widths.reduce((sum, width) => sum + width, 0);
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
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
