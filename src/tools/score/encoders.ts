/** Which recipe a choice of `--encoder` means, with its encoders open. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { keptEncodings } from '../../clients/encoder/kept.js';
import { openEncoder, whatIsMissing } from '../../clients/encoder/open-encoder.js';
import {
  ENCODER_NAMES,
  type Encoder,
  EncoderFailure,
  type EncoderName,
} from '../../clients/encoder/types.js';
import { encodersOf, RECIPES, type Recipe } from '../../domain/preference/recipe.js';
import { thisMachine } from '../../sandbox/programs/find-temporal-cli.mjs';
import { cacheFolder } from '../../sandbox/programs/locations.mjs';

export const CHOICES = [...ENCODER_NAMES, 'best'] as const;
export type Choice = (typeof CHOICES)[number];

export function isChoice(value: string): value is Choice {
  return (CHOICES as readonly string[]).includes(value);
}

const RECIPE_OF = { 'use-lite': RECIPES.A, minilm: RECIPES.B, mpnet: RECIPES.M, best: RECIPES.D };

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
export function openRecipe(choice: Choice, cache = cacheFolder(thisMachine())): OpenRecipe {
  const missing = new Map<EncoderName, string>();
  for (const name of encodersOf(RECIPE_OF[choice])) {
    const sentence = whatIsMissing(name, cache);
    if (sentence !== null) missing.set(name, sentence);
  }
  if (choice !== 'best') {
    for (const sentence of missing.values()) throw new EncoderFailure('missing', sentence);
  }
  const parts = RECIPE_OF[choice].parts.filter(
    (part) => part.kind !== 'layers' || !missing.has(part.encoder),
  );
  const recipe = { ...RECIPE_OF[choice], parts };
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
