/** What a version of the model knows of itself. */
import type { ModelFigures } from '../../contract/learning.js';
import { fitOf } from '../../domain/forecast/fit.js';
import { explanationOf } from '../../domain/forecast/reasons.js';
import { accuracyOf } from '../../domain/preference/accuracy.js';
import type { Learned } from '../../domain/preference/model.js';
import { slopePriorOf } from './prior.js';
import { attributeEffects, type MeasuredAd } from './rows.js';

/** `sentenceOf`: a text's vector of unit length, null if unknown. */
export function figuresOf(
  ads: readonly MeasuredAd[],
  { model, heldOut, fitted }: Learned,
  sentenceOf: (text: string) => Float32Array | null,
): ModelFigures {
  const cosine = (i: number, j: number) => {
    const [a, b] = [sentenceOf(ads[i]!.text), sentenceOf(ads[j]!.text)];
    return a && b && a.reduce((sum, value, k) => sum + value * b[k]!, 0);
  };
  return {
    ...accuracyOf(ads, heldOut),
    weights: Object.fromEntries(model.parts.map(({ recipe: part, weight }) => [part.name, weight])),
    basis: model.basis,
    fit: fitOf(ads, heldOut, cosine, slopePriorOf(model.basis)),
    explanation: explanationOf(
      ads.map((ad, i) => ({ ...ad, predicted: fitted[i]! })),
      attributeEffects(ads),
    ),
  };
}
