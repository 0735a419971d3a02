// The recipes by name. A new one adds its line here.
import type { Recipe } from '../recipe.ts'
import { trlRecipe } from './trl.ts'

/** The recipes, by name: `trl` … */
export const recipes: Readonly<Record<string, Recipe>> = Object.fromEntries([trlRecipe].map((recipe) => [recipe.name, recipe]))
