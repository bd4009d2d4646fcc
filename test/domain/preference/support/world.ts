import type { LayersOf } from '../../../../src/domain/preference/features.js';
import { type CountedText, measuredTexts } from '../../../../src/domain/preference/measured-text.js';
import type { Recipe } from '../../../../src/domain/preference/recipe.js';
import { Random } from '../../../../src/sandbox/random.js';

/** The features of a made-up encoder: what they say of a text is a function of the text. */
const WIDTH = 8;
const features = (text: string): Float32Array => {
  const random = new Random(`features of ${text}`);
  return Float32Array.from({ length: WIDTH }, () => random.normal());
};

export const layersOf: LayersOf = (_, text) => [features(text)];

/** Log rates follow the first two features alone. */
const scoreOf = (text: string): number => {
  const values = features(text);
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return (0.6 * values[0]! - 0.4 * values[1]!) / norm;
};

export const RECIPE: Recipe = {
  name: 'A',
  parts: [
    {
      name: 'made up',
      kind: 'layers',
      encoder: 'use-lite',
      scaling: { layers: [0], standardised: false },
      penalty: 10,
      weight: 0.8,
      weightDeviation: 0.3,
    },
    { name: 'ngrams', kind: 'ngrams', penalty: 30, weight: 0.1, weightDeviation: 0.05 },
  ],
};

/** Finished tests of four texts each, over weeks of ten tests. */
export function countedTests(tests: number, seed: string): CountedText[] {
  const random = new Random(seed);
  return Array.from({ length: tests }, (_, t) => {
    const level = -4 + 0.4 * random.normal();
    return Array.from({ length: 4 }, (_, i): CountedText => {
      const text = `${seed} test ${t} text ${i}`;
      const rate = Math.exp(level + scoreOf(text) + 0.1 * random.normal());
      const trials = 3_000 + Math.floor(2_000 * random.uniform());
      const events = random.binomial(trials, rate);
      return {
        testId: `${seed} ${t}`,
        group: 'image',
        period: `${Math.floor(t / 10)}`,
        text,
        events,
        trials,
      };
    });
  }).flat();
}

export const worldTests = (tests: number, seed: string) => measuredTexts(countedTests(tests, seed));

/** The same texts, with what they earned dealt out anew over all tests. */
export function shuffledTests(tests: number, seed: string) {
  const random = new Random(`${seed} shuffled`);
  const counted = countedTests(tests, seed);
  const outcomes = counted.map(({ events, trials }) => ({ events, trials }));
  for (let i = outcomes.length - 1; i > 0; i--) {
    const j = Math.floor((i + 1) * random.uniform());
    [outcomes[i], outcomes[j]] = [outcomes[j]!, outcomes[i]!];
  }
  return measuredTexts(counted.map((row, i) => ({ ...row, ...outcomes[i]! })));
}

/** The share of pairs of texts within each test of another world's that the scores order as their true rates are. */
export function shareRight(score: (texts: readonly string[]) => ArrayLike<number>, tests = 200): number {
  const texts = Array.from({ length: tests }, (_, t) => [0, 1].map((i) => `fresh ${t} ${i}`));
  const scores = score(texts.flat());
  const right = texts.filter(
    ([a, b], t) => scoreOf(a!) > scoreOf(b!) === scores[2 * t]! > scores[2 * t + 1]!,
  );
  return right.length / tests;
}
