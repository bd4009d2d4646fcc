/** What ships in this folder, as the domain reads it. */
import { readFileSync } from 'node:fs';
import type { EncoderInfo } from '../clients/encoder/types.js';
import type { Explanation } from '../domain/forecast/reasons.js';
import type { ForeignEffect } from '../domain/patterns/evidence.js';
import { fingerprintOf } from '../domain/preference/fingerprint.js';
import type { ForeignPrior } from '../domain/preference/foreign.js';
import { type PartRecipe, RECIPES } from '../domain/preference/recipe.js';
import {
  ARCHIVED_ENCODERS,
  type ArchivedEncoder,
  type CoefficientsDocument,
  fromBase64,
  LEARNED_FROM,
  type PatternsDocument,
} from './document.js';

/** The part of a recipe whose coefficients ship. N-grams don't: those of the archive say nothing elsewhere. */
export function archivedPart(encoder: ArchivedEncoder): PartRecipe {
  const { parts } = encoder === 'use-lite' ? RECIPES.A : RECIPES.M;
  return parts.find((part) => part.kind === 'layers')!;
}

/** The prior for an encoder; null if none ships for it, or what ships was learned with another version of it. */
export function archivedPrior(info: Pick<EncoderInfo, 'name' | 'id'>): ForeignPrior | null {
  const found = coefficientsFor(info);
  return found && priorOf(found.document, archivedPart(found.encoder));
}

/** Why {@link archivedPrior} predicts what it predicts, before anything is shrunk; null if none ships. */
export function archivedExplanation(info: Pick<EncoderInfo, 'name' | 'id'>): Explanation | null {
  return coefficientsFor(info)?.document.explanation ?? null;
}

function coefficientsFor({ name, id }: Pick<EncoderInfo, 'name' | 'id'>) {
  const encoder = ARCHIVED_ENCODERS.find((one) => one === name);
  if (encoder === undefined) return null;
  const document = read<CoefficientsDocument>(`${encoder}.json`);
  return document.encoder === id ? { encoder, document } : null;
}

export function priorOf(document: CoefficientsDocument, recipe: PartRecipe): ForeignPrior {
  const { encoder, coefficients, standards } = document;
  return {
    id: `${encoder} ${fingerprintOf([coefficients, standards])}`,
    learnedFrom: LEARNED_FROM,
    recipe,
    featurizer: {
      kind: 'layers',
      standards: standards && {
        means: fromBase64(standards.means),
        deviations: fromBase64(standards.deviations),
      },
    },
    coefficients: Float64Array.from(fromBase64(coefficients)),
  };
}

/** Effects of attributes by id. */
export function archivedEffects(): ReadonlyMap<string, ForeignEffect> {
  const { effects } = read<PatternsDocument>('patterns.json');
  return new Map(
    Object.entries(effects).map(([id, { effect, se }]) => [id, { effect, se, learnedFrom: LEARNED_FROM }]),
  );
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T;
}
