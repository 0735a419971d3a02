// The recipes by name. A new one adds its line here.
import type { Recipe } from '../recipe.ts'
import { trlRecipe } from './trl.ts'
import { verlRecipe } from './verl.ts'

/** The recipes, by name: `trl` … */
export const recipes: Readonly<Record<string, Recipe>> = Object.fromEntries([trlRecipe, verlRecipe].map((recipe) => [recipe.name, recipe]))
