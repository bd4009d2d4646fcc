/** Each encoder's id and the lengths of what it gives. A change of model, tokens or pooling needs another id. */

import type { EncodedText, EncoderInfo, EncoderName } from './types.js';

export const ENCODERS: Readonly<Record<EncoderName, EncoderInfo>> = {
  'use-lite': { name: 'use-lite', id: 'use-lite@0.2.0+1', layers: [512, 512, 512, 512, 512], sentence: 512 },
  minilm: { name: 'minilm', id: 'minilm-l6-v2+1', layers: [384, 384, 384, 384], sentence: 384 },
  mpnet: { name: 'mpnet', id: 'mpnet-base-v2-int8+2', layers: [768, 768, 768, 768, 768], sentence: 768 },
};

export type EncoderLengths = Pick<EncoderInfo, 'layers' | 'sentence'>;

/** How many numbers a text becomes: its inner layers and then its sentence vector. */
export function rowLength({ layers, sentence }: EncoderLengths): number {
  return layers.reduce((sum, length) => sum + length, sentence);
}

/** A row as {@link rowLength} measures it, cut into its vectors. They share the row's memory. */
export function cutRow({ layers, sentence }: EncoderLengths, row: Float32Array): EncodedText {
  let at = 0;
  const next = (length: number) => {
    at += length;
    return row.subarray(at - length, at);
  };
  return { layers: layers.map(next), sentence: next(sentence) };
}
