import { setTimeout as delay } from 'node:timers/promises';
import { EncoderFailure } from '../../clients/encoder/types.js';
import type { Embedding } from '../../contract/patterns.js';
import type { ApiContext } from '../dependencies.js';

/** Real ms. Who searches waits no longer for an encoder: words are searched at once. */
const ENCODER_LIMIT_MS = 2_000;

export interface Meaning {
  /** Null if meanings can't be compared now. */
  embedding: Embedding | null;
  /** Why not, in a sentence; null if they can. */
  note: string | null;
}

/** A text as the encoder reads it whose embeddings the patterns have. Never rejects because of an encoder. */
export async function meaningOf(
  {
    store,
    searchEncoders,
    encoderLimitMs = ENCODER_LIMIT_MS,
  }: Pick<ApiContext, 'store' | 'searchEncoders' | 'encoderLimitMs'>,
  text: string,
): Promise<Meaning> {
  const without = (note: string): Meaning => ({ embedding: null, note });
  if (searchEncoders.length === 0) return without('There is no encoder, so words were searched.');
  const serving = await store.servingEncoder();
  if (serving === null) return without('No pattern has been encoded yet, so words were searched.');
  const encoder = searchEncoders.find(({ info }) => info.id === serving);
  if (!encoder) {
    return without(
      `The patterns are encoded with ${serving}, which is not set up here, so words were searched.`,
    );
  }
  const limit = new AbortController();
  try {
    const vectors = await Promise.race([
      encoder.encode([text], { signal: limit.signal }),
      delay(encoderLimitMs, null, { signal: limit.signal, ref: false }),
    ]);
    if (vectors === null) return without('The encoder gave no answer in time, so words were searched.');
    const [vector] = vectors;
    return vector
      ? { embedding: { encoderId: serving, vector }, note: null }
      : without('The encoder gave nothing, so words were searched.');
  } catch (error) {
    const why = error instanceof EncoderFailure ? `: ${error.message}` : '';
    return without(`The encoder failed, so words were searched${why}.`);
  } finally {
    limit.abort();
  }
}
