/** The encoders that are in the cache, and the recipes that they serve. */
import type { LayersOf } from '../../src/domain/preference/features.js';
import { encodersOf, RECIPES, type Recipe } from '../../src/domain/preference/recipe.js';
import { EncodedTexts } from '../../src/tools/score/encoded-texts.js';
import { type Choice, openRecipe } from '../../src/tools/score/encoders.js';

export interface Encoded {
  layersOf: LayersOf;
  /** Those whose encoders are all there. */
  recipes: readonly Recipe[];
  /** That of the choice, without the encoders that are missing. */
  recipe: Recipe;
}

/** Encodes texts with the encoders of a choice, and closes these. */
export async function encodeAll(
  texts: readonly string[],
  choice: Choice,
  note: (sentence: string) => void,
): Promise<Encoded> {
  const { recipe, encoders, notes, close } = openRecipe(choice);
  notes.forEach(note);
  const encoded = new EncodedTexts(encoders);
  try {
    let said = '';
    await encoded.add(texts, (encoder, done, total) => {
      const sentence = `${encoder}: ${10 * Math.floor((10 * done) / total)} % of ${total} texts encoded`;
      if (sentence !== said) note(sentence);
      said = sentence;
    });
  } finally {
    await close();
  }
  const names = new Set(encoders.map(({ info }) => info.name));
  const recipes = [RECIPES.A, RECIPES.B, RECIPES.M, RECIPES.D].filter((one) =>
    encodersOf(one).every((name) => names.has(name)),
  );
  return { layersOf: encoded.layersOf, recipes, recipe };
}
