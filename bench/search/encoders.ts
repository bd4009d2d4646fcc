/** Finds the paraphrases with each encoder that is available, beside hashed n-grams. */

import { openEncoder, whatIsMissing } from '../../src/clients/encoder/open-encoder.js';
import { sentencesOf } from '../../src/clients/encoder/sentences-of.js';
import { ENCODER_NAMES, type SentenceEncoder } from '../../src/clients/encoder/types.js';
import { voyageEncoder } from '../../src/clients/encoder/voyage.js';
import { type Found, findParaphrases } from './find-paraphrase.js';
import { hashedGrams } from './hashed-grams.js';
import { OPPOSITES } from './opposites.js';
import { PARAPHRASES } from './paraphrases.js';

export interface EncoderReport {
  pairs: number;
  encoders: Record<string, Found & { ms_per_text?: number; cosines?: Cosines }>;
  /** Why an encoder has no figures. */
  missing: Record<string, string>;
}

/** Cosines of two texts each: of a claim and its paraphrase, of a statement and its opposite. */
interface Cosines {
  paraphrase: { median: number };
  opposite: { median: number; lowest: number };
}

/** `cache`: the cache folder. `voyageKey`: null leaves Voyage AI out. */
export async function measureEncoders(cache: string, voyageKey: string | null): Promise<EncoderReport> {
  const claims = PARAPHRASES.map(([claim]) => claim);
  const others = PARAPHRASES.map(([, other]) => other);
  const report: EncoderReport = {
    pairs: PARAPHRASES.length,
    encoders: { 'hashed n-grams': findParaphrases(hashedGrams(claims), hashedGrams(others)) },
    missing: {},
  };
  const measure = async (encoder: SentenceEncoder): Promise<void> => {
    await encoder.encode(['loads the model']);
    const began = performance.now();
    const vectors = await encoder.encode([...claims, ...others]);
    const msPerText = (performance.now() - began) / vectors.length;
    const found = findParaphrases(vectors.slice(0, claims.length), vectors.slice(claims.length));
    const opposites = await encoder.encode(OPPOSITES.flat());
    const opposite = cosinesOf(
      opposites.filter((_, i) => i % 2 === 0),
      opposites.filter((_, i) => i % 2 === 1),
    );
    const paraphrase = cosinesOf(vectors.slice(0, claims.length), vectors.slice(claims.length));
    report.encoders[encoder.info.id] = {
      ...found,
      ms_per_text: msPerText,
      cosines: {
        paraphrase: { median: middle(paraphrase) },
        opposite: { median: middle(opposite), lowest: opposite[0]! },
      },
    };
  };
  for (const name of ENCODER_NAMES) {
    const missing = whatIsMissing(name, cache);
    if (missing) {
      report.missing[name] = missing;
      continue;
    }
    const encoder = openEncoder(name, { cache });
    try {
      await measure(sentencesOf(encoder));
    } finally {
      await encoder.close();
    }
  }
  if (voyageKey) await measure(voyageEncoder({ apiKey: voyageKey }));
  else report.missing.voyage = 'VOYAGE_API_KEY is not set';
  return report;
}

/** Of each with its partner, in ascending order. */
function cosinesOf(some: readonly Float32Array[], others: readonly Float32Array[]): number[] {
  return some
    .map((vector, i) => vector.reduce((sum, value, j) => sum + value * others[i]![j]!, 0))
    .sort((a, b) => a - b);
}

const middle = (sorted: readonly number[]) => sorted[Math.floor(sorted.length / 2)]!;
