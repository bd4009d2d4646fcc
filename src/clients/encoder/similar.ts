/** From which cosine of their sentence vectors on two short texts may say the same. */

import { ENCODERS } from './info.js';
import type { EncoderName } from './types.js';

/**
 * Measured by `npm run bench:search` on 100 claims of ads and their paraphrases: the cosine with the highest F1 over all
 * 20,000 pairs of a claim and another's paraphrase, 1 in 100 of which belong together. If a text is matched to its nearest
 * alone, and only from this cosine on, the match is right in 61 % (use-lite), 83 % (minilm) and 93 % (mpnet) of the cases,
 * and 42, 67 and 70 % of the partners are found. Claims about the same subject count as wrong there, so in a knowledge base
 * with few similar statements a match is right more often. A statement and its opposite are nearer than most paraphrases, so
 * someone has to decide.
 */
const SIMILAR_FROM: Readonly<Record<EncoderName, number>> = { 'use-lite': 0.56, minilm: 0.41, mpnet: 0.48 };

/** `id`: of the encoder that made both vectors. Null for one whose threshold has not been measured: nothing is similar. */
export function similarFrom(id: string): number | null {
  const encoder = Object.values(ENCODERS).find((info) => info.id === id);
  return encoder ? SIMILAR_FROM[encoder.name] : null;
}
