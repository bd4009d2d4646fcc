import type { Encoder, SentenceEncoder } from './types.js';

/** The sentence vectors of an encoder alone, for those who search. Its id is the encoder's. */
export function sentencesOf(encoder: Encoder): SentenceEncoder {
  const { id, sentence } = encoder.info;
  return {
    info: { id, sentence },
    encode: async (texts, options) => (await encoder.encode(texts, options)).map((text) => text.sentence),
  };
}
