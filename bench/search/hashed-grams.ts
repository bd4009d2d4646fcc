/** The peer without a model: counts of words, pairs of words and character n-grams, hashed into one vector. */

import { toUnitLength } from '../../src/clients/encoder/model.js';

const LENGTH = 512;

/** One vector of unit length per text. Each gram adds or subtracts 1 at a place that its hash gives. */
export function hashedGrams(texts: readonly string[]): Float32Array[] {
  return texts.map((text) => {
    const vector = new Float32Array(LENGTH);
    for (const gram of gramsOf(text)) {
      const hash = fnv1a(gram);
      vector[hash % LENGTH]! += hash & 0x8000_0000 ? 1 : -1;
    }
    toUnitLength(vector, 0, LENGTH);
    return vector;
  });
}

function gramsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}$%]+/gu) ?? [];
  const pairs = words.slice(1).map((word, i) => `${words[i]} ${word}`);
  const characters = words.flatMap((word) => {
    const framed = ` ${word} `;
    return [3, 4].flatMap((size) =>
      Array.from({ length: Math.max(0, framed.length - size + 1) }, (_, at) => framed.slice(at, at + size)),
    );
  });
  return [...words, ...pairs, ...characters.map((gram) => `_${gram}`)];
}

function fnv1a(text: string): number {
  let hash = 0x811c_9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return hash >>> 0;
}
