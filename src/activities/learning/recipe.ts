import type { Encoders } from '../../clients/encoder/encoders.js';
import { type EncoderChoice, RECIPE_OF } from '../../contract/learning.js';
import { RECIPES, type Recipe, recipeOf } from '../../domain/preference/recipe.js';

/** The recipe of a setting. `best` does without the encoders that are missing now. */
export function serviceRecipe(choice: EncoderChoice, encoders: Encoders | null): Recipe {
  const recipe = RECIPES[RECIPE_OF[choice]];
  if (choice !== 'best' || encoders === null) return recipe;
  return recipeOf(recipe, (name) => encoders.missing(name) !== null);
}
