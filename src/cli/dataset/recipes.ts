// Recipes as the command line asks for them: found by name before anything is written, written when the data is.
import { BanyanError } from '../../core/errors.ts'
import { unknownName } from '../../core/names.ts'
import type { WrittenDataset } from '../../learning/data/index.ts'
import { checkRecipe, recipes, type WrittenRecipe, writeRecipe } from '../../learning/export/index.ts'

export const recipeNames: readonly string[] = Object.keys(recipes)

/**
 * What writes the recipe beside data; undefined where none is wanted.
 * @throws `E_RECIPE_UNKNOWN`, with the nearest name; `E_RECIPE_FORMAT` when it has no trainer for the format; `E_CLI_ARGUMENT` for a
 * model without a recipe.
 */
export function recipeFor(
  name: string | undefined,
  format: string,
  model: string | undefined,
): ((written: WrittenDataset) => WrittenRecipe) | undefined {
  if (name === undefined && model !== undefined)
    throw new BanyanError('E_CLI_ARGUMENT', 'a model is named, and no recipe to train it', { seen: model, wanted: '--recipe' })
  if (name === undefined) return undefined
  if (!Object.hasOwn(recipes, name)) throw unknownName('E_RECIPE_UNKNOWN', 'recipe', name, recipeNames)
  const recipe = recipes[name]!
  checkRecipe(recipe, format)
  return ({ file, rows }) => {
    const as = file.endsWith('.parquet') ? 'parquet' : /\.(jsonl|ndjson)$/.test(file) ? 'jsonl' : 'json'
    return writeRecipe(recipe, { file, format, as, rows, ...(model === undefined ? {} : { model }) })
  }
}
