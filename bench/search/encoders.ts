/** Finds the paraphrases with each encoder that is available, beside hashed n-grams. */

import { openEncoder, whatIsMissing } from '../../src/clients/encoder/open-encoder.js';
import { sentencesOf } from '../../src/clients/encoder/sentences-of.js';
import { ENCODER_NAMES, type SentenceEncoder } from '../../src/clients/encoder/types.js';
import { voyageEncoder } from '../../src/clients/encoder/voyage.js';
import { type Found, findParaphrases } from './find-paraphrase.js';
import { hashedGrams } from './hashed-grams.js';
import { PARAPHRASES } from './paraphrases.js';

export interface EncoderReport {
  pairs: number;
  encoders: Record<string, Found & { ms_per_text?: number }>;
  /** Why an encoder has no figures. */
  missing: Record<string, string>;
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
    report.encoders[encoder.info.id] = { ...found, ms_per_text: msPerText };
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
