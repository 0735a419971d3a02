// The public names of exporters: formats of other programs for training data.
export type { ExchangeOptions } from './exchange.ts'
export { datasetFormats, type FormatEntry } from './formats.ts'
export { openRlhf, type PrmOptions } from './open-rlhf.ts'
export {
  checkRecipe,
  type Recipe,
  type RecipeData,
  type RecipeParts,
  type WrittenRecipe,
  writeRecipe,
} from './recipe.ts'
export { recipes } from './recipes/index.ts'
export { type RewardOptions, type StepwiseOptions, trl } from './trl/index.ts'
