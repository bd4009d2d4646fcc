/** Encodings that are kept, so that each text is encoded once: on disk by commands, which have no database. */

import path from 'node:path';
import { checkTexts } from './check-texts.js';
import { cutRow, rowLength } from './info.js';
import { KeptRows } from './kept-rows.js';
import { textHash } from './text-hash.js';
import type { EncodedText, EncodeOptions, Encoder } from './types.js';

/** Texts that are encoded before they are kept: a few seconds of work, which is what a kill may cost. */
const PORTION = 512;

/** What keeps rows of numbers under the hashes of texts, for one encoder id. */
export interface EncodingRows {
  /** The rows that are there. */
  read(keys: readonly string[]): Promise<Map<string, Float32Array>>;
  append(rows: ReadonlyMap<string, Float32Array>): Promise<void>;
  close(): Promise<void>;
}

/**
 * Wraps an encoder. Vectors are kept in a folder per encoder id inside `folder`, under the SHA-256 hash of the text.
 * Several processes may share the folder: each writes files of its own. Closing it closes the encoder too.
 * @throws Error from `encode` if the folder can't be read or written.
 */
export function keptEncodings(encoder: Encoder, folder: string): Encoder {
  const { info } = encoder;
  return encodingsKeptIn(encoder, () => KeptRows.open(path.join(folder, info.id), rowLength(info)));
}

/** As {@link keptEncodings}, in rows that are opened at the first text. */
export function encodingsKeptIn(encoder: Encoder, openRows: () => Promise<EncodingRows>): Encoder {
  const { info } = encoder;
  let opening: Promise<EncodingRows> | undefined;
  const open = (): Promise<EncodingRows> => {
    opening ??= openRows();
    return opening;
  };

  return {
    info,
    async encode(texts, options = {}) {
      checkTexts(texts);
      const rows = await open();
      const keys = texts.map(textHash);
      const found = await rows.read(keys);
      const missing = [...new Map(texts.map((text, i) => [keys[i]!, text]))].filter(
        ([key]) => !found.has(key),
      );
      const count = progressOf(keys, options);
      count(found.keys());
      // Texts of similar length side by side, as an encoder likes them.
      missing.sort(([, a], [, b]) => a.length - b.length);
      for (let from = 0; from < missing.length; from += PORTION) {
        const portion = missing.slice(from, from + PORTION);
        const { signal } = options;
        const results = await encoder.encode(
          portion.map(([, text]) => text),
          { ...(signal && { signal }) },
        );
        const made = new Map(results.map((result, i) => [portion[i]![0], joined(result)]));
        await rows.append(made);
        for (const [key, row] of made) found.set(key, row);
        count(made.keys());
      }
      return keys.map((key) => cutRow(info, found.get(key)!));
    },
    async close() {
      await Promise.all([encoder.close(), opening?.then((rows) => rows.close())]);
    },
  };
}

function joined({ layers, sentence }: EncodedText): Float32Array {
  const parts = [...layers, sentence];
  const row = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    row.set(part, at);
    at += part.length;
  }
  return row;
}

/** Counts texts, of which several may have one key. */
function progressOf(
  keys: readonly string[],
  { progress }: EncodeOptions,
): (newKeys: Iterable<string>) => void {
  const texts = new Map<string, number>();
  for (const key of keys) texts.set(key, (texts.get(key) ?? 0) + 1);
  let done = 0;
  return (newKeys) => {
    for (const key of newKeys) done += texts.get(key) ?? 0;
    if (done > 0) progress?.(done);
  };
}
