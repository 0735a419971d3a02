// Reads the values of options: budgets, settings, lists, numbers, tasks. Mistakes name the option and what is wanted.
import { readFileSync } from 'node:fs'
import { checkBudget } from '../core/budget.ts'
import type { Json } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import { checkUnits } from '../front/assemble.ts'

/** `tokens=400,seconds=60`, from one option or several. */
export function readBudget(text: string | undefined): Readonly<Record<string, number>> | undefined {
  if (text === undefined) return undefined
  const budget: Record<string, number> = {}
  for (const part of text.split(',')) {
    const { name, value } = pair('--budget', part, 'unit=amount, as in tokens=400,seconds=60')
    if (Object.hasOwn(budget, name)) throw mistake('--budget', text, `the unit ${name} once`)
    checkUnits({ [name]: 1 })
    budget[name] = Number(value)
  }
  checkBudget(budget)
  return budget
}

/** `name=value` each; a value is JSON where it can be read so, else a text. */
export function readSettings(texts: readonly string[], option = '--set'): Readonly<Record<string, Json>> {
  const settings: Record<string, Json> = {}
  for (const text of texts) {
    const { name, value } = pair(option, text, 'name=value, as in exploration=1.2')
    settings[name] = jsonOrText(value)
  }
  return settings
}

/** A whole number from `least`. */
export function readWhole(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value) || value < least) throw mistake(option, text, `a whole number from ${least}`)
  return value
}

/** `1,2,3` or `1-10`. */
export function readSeeds(text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined
  const seeds = text.split(',').flatMap((part) => {
    const range = /^(\d+)-(\d+)$/.exec(part.trim())
    const [first, last] = range === null ? [part.trim(), part.trim()] : [range[1]!, range[2]!]
    const from = readWhole('--seeds', first, 0)!
    const to = readWhole('--seeds', last, 0)!
    if (to < from || to - from >= 10_000) throw mistake('--seeds', text, 'whole numbers, as in 1,2,3 or 1-10')
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
  if (new Set(seeds).size < seeds.length) throw mistake('--seeds', text, 'each seed once')
  return seeds
}

/** `a,b,c`. */
export function readNames(option: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const names = text.split(',').map((name) => name.trim())
  if (names.includes('') || new Set(names).size < names.length) throw mistake(option, text, 'names with commas between them, each once')
  return names
}

/** The task as JSON, from `--task` or from a file. */
export function readTask(text: string | undefined, file: string | undefined): Json | undefined {
  if (text !== undefined && file !== undefined) throw mistake('--task-file', file, 'a task or a file with one, not both')
  if (text !== undefined) return readJson('--task', text)
  return file === undefined ? undefined : readJson('--task-file', readTextFile('--task-file', file))
}

/** A file's text. */
export function readTextFile(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '')
  } catch (cause) {
    throw new BanyanError('E_CLI_ARGUMENT', `the file of ${option} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      seen: file,
      cause,
    })
  }
}

export function readJson(option: string, text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new BanyanError('E_CLI_ARGUMENT', `${option} is no JSON (${(cause as Error).message})`, { seen: text, cause })
  }
}

function jsonOrText(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

function pair(option: string, text: string, wanted: string): { name: string; value: string } {
  const at = text.indexOf('=')
  if (at <= 0 || at === text.length - 1) throw mistake(option, text, wanted)
  return { name: text.slice(0, at).trim(), value: text.slice(at + 1).trim() }
}

function mistake(option: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_CLI_ARGUMENT', `the option ${option} cannot be read`, { seen, wanted })
}
