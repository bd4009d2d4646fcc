/** What a version of the model knows of itself. */
import type { ModelFigures } from '../../contract/learning.js';
import { fitOf } from '../../domain/forecast/fit.js';
import { type Explanation, explanationOf } from '../../domain/forecast/reasons.js';
import type { RateKind } from '../../domain/learned-rate.js';
import { accuracyOf } from '../../domain/preference/accuracy.js';
import type { Learned } from '../../domain/preference/model.js';
import { slopePriorOf } from './prior.js';
import { attributeEffects, type MeasuredAd } from './rows.js';

/**
 * `rate`: the kind that it was learned from. `elsewhere`: why the model predicts what
 * it has from elsewhere. `sentenceOf`: a text's vector of unit length, null if unknown.
 */
export function figuresOf(
  ads: readonly MeasuredAd[],
  { model, heldOut, fitted }: Learned,
  about: {
    rate: RateKind;
    elsewhere: Explanation;
    sentenceOf: (text: string) => Float32Array | null;
  },
): ModelFigures {
  const { rate, elsewhere, sentenceOf } = about;
  const cosine = (i: number, j: number) => {
    const [a, b] = [sentenceOf(ads[i]!.text), sentenceOf(ads[j]!.text)];
    return a && b && a.reduce((sum, value, k) => sum + value * b[k]!, 0);
  };
  const fit = fitOf(ads, heldOut, cosine, slopePriorOf(model.basis));
  return {
    ...accuracyOf(ads, heldOut),
    weights: Object.fromEntries(model.parts.map(({ recipe: part, weight }) => [part.name, weight])),
    basis: model.basis,
    rate,
    fit,
    explanation: explanationOf(
      ads.map((ad, i) => ({ ...ad, predicted: fitted[i]! })),
      attributeEffects(ads),
      elsewhere,
    ),
  };
}
