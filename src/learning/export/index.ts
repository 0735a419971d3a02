// The public names of exporters: formats of other programs for training data.
export type { ExchangeOptions } from './exchange.ts'
export { datasetFormats, type FormatEntry } from './formats.ts'
export * as openRlhf from './open-rlhf.ts'
export {
  checkRecipe,
  type Recipe,
  type RecipeData,
  type RecipeParts,
  stemOf,
  type WrittenRecipe,
  writeRecipe,
} from './recipe.ts'
export { recipes } from './recipes/index.ts'
export * as trl from './trl/index.ts'
