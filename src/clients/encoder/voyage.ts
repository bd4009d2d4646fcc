/** Voyage AI's embeddings over HTTP, for search alone (docs.voyageai.com/embeddings). */

import { z } from 'zod';
import { checkTexts } from './check-texts.js';
import { toUnitLength } from './model.js';
import { EncoderFailure, type EncoderFailureKind, type SentenceEncoder } from './types.js';

const VOYAGE_URL = 'https://api.voyageai.com';
const VOYAGE_MODEL = 'voyage-4-lite';
/** So that one column of the database serves it and `use-lite`. */
const LENGTH = 512;
/** The service takes 1,000 texts, but its limit on their tokens is reached earlier if they are long. */
const BATCH = 128;
const LIMIT_MS = 20_000;
const DETAIL_CHARACTERS = 200;

export interface VoyageSettings {
  apiKey: string;
  /** The address of the service, without `/v1/embeddings`. */
  url?: string;
  /** Real ms that one request may take. */
  limitMs?: number;
}

const ANSWER = z.object({
  data: z.array(z.object({ index: z.number().int(), embedding: z.array(z.number()) })),
});

/** `encode` sends texts to Voyage AI, at most 128 per request, and tries each request once. */
export function voyageEncoder({
  apiKey,
  url = VOYAGE_URL,
  limitMs = LIMIT_MS,
}: VoyageSettings): SentenceEncoder {
  const request = async (input: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> => {
    const limit = AbortSignal.timeout(limitMs);
    const body = { input, model: VOYAGE_MODEL, output_dimension: LENGTH };
    let status: number;
    let text: string;
    try {
      const response = await fetch(new URL('/v1/embeddings', url), {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        // The key goes to no other address.
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      signal?.throwIfAborted();
      const why = limit.aborted
        ? `gave no answer within ${limitMs / 1000} s`
        : `can't be reached: ${causeOf(error)}`;
      throw failure('busy', why);
    }
    if (status !== 200) throw refusal(status, detailOf(text, apiKey));
    return vectorsOf(text, input.length);
  };

  return {
    info: { id: `${VOYAGE_MODEL}-${LENGTH}`, sentence: LENGTH },
    async encode(texts, { signal, progress } = {}) {
      checkTexts(texts);
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += BATCH) {
        vectors.push(...(await request(texts.slice(from, from + BATCH), signal)));
        progress?.(vectors.length);
      }
      return vectors;
    },
  };
}

function failure(kind: EncoderFailureKind, what: string): EncoderFailure {
  return new EncoderFailure(kind, `Voyage AI ${what}`);
}

function refusal(status: number, detail: string): EncoderFailure {
  if (status === 401 || status === 403) {
    return failure('refused', `refuses VOYAGE_API_KEY (HTTP ${status}${detail}): set a valid key, or none`);
  }
  const answered = `answered HTTP ${status}${detail}`;
  return failure(status === 408 || status === 429 || status >= 500 ? 'busy' : 'failed', answered);
}

function detailOf(text: string, apiKey: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    if (typeof detail !== 'string' || detail === '') return '';
    return `: ${detail.replaceAll(apiKey, '…').slice(0, DETAIL_CHARACTERS)}`;
  } catch {
    return '';
  }
}

/** Node's own words for a connection that failed; they hold an address and no header. */
function causeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? 'the connection failed';
}

function vectorsOf(text: string, count: number): Float32Array[] {
  const { success, data: answer } = ANSWER.safeParse(parsed(text));
  if (!success) throw failure('failed', 'gave an answer without embeddings');
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count }, () => undefined);
  for (const { index, embedding } of answer.data) {
    if (embedding.length !== LENGTH) {
      throw failure('failed', `gave an embedding of ${embedding.length} numbers, not ${LENGTH}`);
    }
    const vector = Float32Array.from(embedding);
    toUnitLength(vector, 0, LENGTH);
    if (index >= 0 && index < count) vectors[index] = vector;
  }
  const given = vectors.filter((vector) => vector !== undefined);
  if (given.length !== count || answer.data.length !== count) {
    throw failure('failed', `gave ${answer.data.length} embeddings for ${count} texts, or not one per text`);
  }
  return given;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
