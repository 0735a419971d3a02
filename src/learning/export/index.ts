// The public names of exporters: formats of other programs for training data.
export type { ExchangeOptions } from './exchange.ts'
export { datasetFormats, type FormatEntry } from './formats.ts'
export { type MathApsFlatOptions, mathAps } from './math-aps.ts'
export { type MathShepherdOptions, mathShepherd } from './math-shepherd.ts'
export { openRlhf, type PrmOptions } from './open-rlhf.ts'
export { type Prm800kOptions, prm800k } from './prm800k.ts'
export {
  checkRecipe,
  type Recipe,
  type RecipeData,
  type RecipeParts,
  type WrittenRecipe,
  writeRecipe,
} from './recipe.ts'
export { recipes } from './recipes/index.ts'
export { type AnswerTreeOptions, type ToolBenchOptions, toolBench } from './toolbench/index.ts'
export { type RewardOptions, type StepwiseOptions, trl } from './trl/index.ts'
export { type VerlOptions, verl } from './verl.ts'
