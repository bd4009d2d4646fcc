/** The files of `src/archive/` from a file of headline tests. */
import { createHash } from 'node:crypto';
import type { Attribution, CoefficientsDocument, PatternsDocument } from '../../archive/document.js';
import { toBase64 } from '../../archive/document.js';
import { ATTRIBUTES } from '../../domain/creative/registry.js';
import { effectsOf } from '../../domain/patterns/effects.js';
import type { LayersOf } from '../../domain/preference/features.js';
import { learnForeign } from '../../domain/preference/foreign.js';
import type { MeasuredText } from '../../domain/preference/measured-text.js';
import type { PartRecipe } from '../../domain/preference/recipe.js';
import { patternTests, readArchive, type SourceFile } from '../patterns/read.js';

export function attributionOf({ name, text }: SourceFile, changes: string): Attribution {
  return {
    archive:
      'The Upworthy Research Archive, exploratory set (Matias, Munger, Le Quere, Ebersole, Scientific Data 8:195, 2021)',
    licence: 'CC BY 4.0, https://creativecommons.org/licenses/by/4.0/',
    changes,
    sha256: createHash('sha256').update(text).digest('hex'),
    command: `npm run -s archive -- ${name}`,
  };
}

export function coefficientsDocument(
  source: SourceFile,
  rows: readonly MeasuredText[],
  { part, encoder, layersOf }: { part: PartRecipe; encoder: string; layersOf: LayersOf },
): CoefficientsDocument {
  const { featurizer, coefficients } = learnForeign(rows, part, layersOf);
  const standards = featurizer.kind === 'layers' ? featurizer.standards : null;
  return {
    attribution: attributionOf(source, 'coefficients learned from it'),
    encoder,
    tests: new Set(rows.map(({ testId }) => testId)).size,
    texts: rows.length,
    coefficients: toBase64(coefficients),
    standards: standards && {
      means: toBase64(standards.means),
      deviations: toBase64(standards.deviations),
    },
  };
}

/** Every effect that enough tests vary. The weeks known to be badly randomised are left out. Throws PatternsError. */
export function patternsDocument(source: SourceFile): PatternsDocument {
  const { tests } = readArchive(source, false);
  const effects = effectsOf(
    patternTests(tests, () => {}),
    ATTRIBUTES.map(({ id }) => id),
  );
  return {
    attribution: attributionOf(source, 'effects of attributes of the texts, estimated within tests'),
    tests: tests.length,
    effects: Object.fromEntries(
      effects
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ id, effect, se, tests: varied }) => [
          id,
          { effect: rounded(effect), se: rounded(se), tests: varied },
        ]),
    ),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
