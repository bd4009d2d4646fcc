/** The files of `src/archive/` from a file of headline tests. */
import { createHash } from 'node:crypto';
import type { Attribution, CoefficientsDocument, PatternsDocument } from '../../archive/document.js';
import { toBase64 } from '../../archive/document.js';
import { ATTRIBUTES, attributesOf } from '../../domain/creative/registry.js';
import { explanationOf } from '../../domain/forecast/reasons.js';
import { effectsOf } from '../../domain/patterns/effects.js';
import type { LayersOf } from '../../domain/preference/features.js';
import { learnForeign } from '../../domain/preference/foreign.js';
import type { MeasuredText } from '../../domain/preference/measured-text.js';
import { predict } from '../../domain/preference/model.js';
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

/** `effects`: those of the attributes, for the signs of the explanation. */
export function coefficientsDocument(
  source: SourceFile,
  rows: readonly MeasuredText[],
  effects: PatternsDocument['effects'],
  { part, encoder, layersOf }: { part: PartRecipe; encoder: string; layersOf: LayersOf },
): CoefficientsDocument {
  const { featurizer, coefficients } = learnForeign(rows, part, layersOf);
  const predicted = predict(
    { parts: [{ recipe: part, featurizer, coefficients, weight: 1 }] },
    rows.map(({ text }) => text),
    layersOf,
  );
  const explanation = explanationOf(
    rows.map(({ text, ...row }, i) => ({
      ...row,
      predicted: predicted[i]!,
      // The coefficients read the headline alone.
      attributes: attributesOf({ headline: text, body: '', visualNotes: null }),
    })),
    Object.entries(effects).map(([id, { effect }]) => ({ id, effect })),
  );
  const standards = featurizer.kind === 'layers' ? featurizer.standards : null;
  return {
    attribution: attributionOf(source, 'coefficients and their explanation learned from it'),
    encoder,
    tests: new Set(rows.map(({ testId }) => testId)).size,
    texts: rows.length,
    coefficients: toBase64(coefficients),
    standards: standards && {
      means: toBase64(standards.means),
      deviations: toBase64(standards.deviations),
    },
    explanation: {
      coefficients: Object.fromEntries(
        Object.entries(explanation.coefficients).map(([id, value]) => [id, rounded(value)]),
      ),
      explained: rounded(explanation.explained),
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
