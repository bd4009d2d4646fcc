/** Which recipe a choice of `--encoder` means, with its encoders open. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { keptEncodings } from '../../clients/encoder/kept.js';
import { openEncoder, whatIsMissing } from '../../clients/encoder/open-encoder.js';
import { type Encoder, EncoderFailure, type EncoderName } from '../../clients/encoder/types.js';
import { ENCODER_CHOICES, type EncoderChoice, RECIPE_OF } from '../../contract/learning.js';
import { encodersOf, RECIPES, type Recipe, recipeOf } from '../../domain/preference/recipe.js';
import { thisMachine } from '../../sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder } from '../../sandbox/programs/locations.mjs';

export { ENCODER_CHOICES as CHOICES, type EncoderChoice as Choice } from '../../contract/learning.js';

export function isChoice(value: string): value is EncoderChoice {
  return (ENCODER_CHOICES as readonly string[]).includes(value);
}

export interface OpenRecipe {
  recipe: Recipe;
  encoders: readonly Encoder[];
  /** What was missing, or can't be kept, as sentences. */
  notes: readonly string[];
  close(): Promise<void>;
}

/**
 * `best` leaves out the encoders that are not in the cache. Each text is encoded once: its vectors are kept in the cache.
 * Throws EncoderFailure if a named encoder is not there.
 */
export function openRecipe(choice: EncoderChoice, cache = cacheFolder(thisMachine())): OpenRecipe {
  const missing = new Map<EncoderName, string>();
  const whole = RECIPES[RECIPE_OF[choice]];
  for (const name of encodersOf(whole)) {
    const sentence = whatIsMissing(name, cache);
    if (sentence !== null) missing.set(name, sentence);
  }
  if (choice !== 'best') {
    for (const sentence of missing.values()) throw new EncoderFailure('missing', sentence);
  }
  const recipe = recipeOf(whole, (name) => missing.has(name));
  const folder = path.join(cache, 'encodings');
  const fault = faultOf(folder);
  const encoders = encodersOf(recipe).map((name) => {
    const encoder = openEncoder(name, { cache });
    return fault === null ? keptEncodings(encoder, folder) : encoder;
  });
  return {
    recipe,
    encoders,
    notes: [
      ...[...missing.values()].map((sentence) => `best leaves it out: ${sentence}`),
      ...(fault === null
        ? []
        : [`the next run encodes the headlines again, since none can be kept: ${fault}`]),
    ],
    close: async () => {
      await Promise.all(encoders.map((encoder) => encoder.close()));
    },
  };
}

/** Why nothing can be written there; null if it can. */
function faultOf(folder: string): string | null {
  try {
    mkdirSync(folder, { recursive: true });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
