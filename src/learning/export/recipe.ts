// The contract of recipes: a configuration and a command line, written beside a data file, that run an external trainer on it.
// It knows no trainer.
import { basename, dirname, join } from 'node:path'
import { BanyanError } from '../../core/errors.ts'
import { replaceFile } from '../files/replace-file.ts'

/** The data that a recipe is for. */
export interface RecipeData {
  /** The file with the rows. */
  readonly file: string
  /** Its format, for example `trl.dpo`. */
  readonly format: string
  readonly as: 'jsonl' | 'json' | 'parquet'
  /** How many rows are in it. */
  readonly rows: number
  /** The model to train: a name or folder as the trainer takes it. Default: one that the recipe chooses. */
  readonly model?: string
}

/** What a recipe gives for some data. */
export interface RecipeParts {
  /** Files to be written beside the data: name and text. The first one is the configuration. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
  /** The command line, to be run in the folder of the data. */
  readonly command: readonly string[]
}

/** A trainer of somebody else's. */
export interface Recipe {
  /** `trl`, `verl`. */
  readonly name: string
  /** The formats that it has a trainer for, by name. */
  readonly formats: readonly string[]
  /** The parts for data of one of these formats. Texts depend on nothing but the data named. */
  parts(data: RecipeData): RecipeParts
}

/** What was written. */
export interface WrittenRecipe {
  /** Paths; the configuration comes first, the command line last. */
  readonly files: readonly string[]
  /** The command line, to be run in the folder of the data. */
  readonly command: string
}

/**
 * Writes a recipe's files beside the data, and its command line as `<data>.<recipe>.sh`.
 * @throws BanyanError E_RECIPE_FORMAT when the recipe has no trainer for the format; E_FILE_WRITE.
 * @example
 * const { command } = writeRecipe(trlRecipe, { file: 'pairs.jsonl', format: 'trl.dpo', as: 'jsonl', rows: 200 })
 */
export function writeRecipe(recipe: Recipe, data: RecipeData): WrittenRecipe {
  checkRecipe(recipe, data.format)
  const { files, command } = recipe.parts(data)
  const folder = dirname(data.file)
  const line = command.map(quoted).join(' ')
  const script = {
    name: `${stemOf(data.file)}.${recipe.name}.sh`,
    text: `#!/bin/sh\n# Trains on ${basename(data.file)} (${data.format}).\ncd "$(dirname "$0")" || exit 1\nexec ${line} "$@"\n`,
  }
  const paths = [...files, script].map(({ name, text }) => {
    const path = join(folder, name)
    replaceFile(path, (write) => write(Buffer.from(text)))
    return path
  })
  return { files: paths, command: line }
}

/** @throws BanyanError E_RECIPE_FORMAT when the recipe has no trainer for the format. */
export function checkRecipe({ name, formats }: Recipe, format: string): void {
  if (formats.includes(format)) return
  throw new BanyanError('E_RECIPE_FORMAT', `the recipe ${name} has no trainer for this format`, {
    seen: format,
    wanted: `one of ${formats.join(', ')}`,
  })
}

/** A data file's name without its folder and ending: what the files beside it are called by. */
export function stemOf(file: string): string {
  return basename(file).replace(/\.(jsonl|ndjson|json|parquet)$/, '')
}

/** A word of a command line as a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
