// Calls as words that compare between tasks: the tool's name, and for each argument where its value was found, not what it is. Pure.
import type { Json } from '../../core/common.ts'
import type { ToolState, ToolStep } from '../tools.ts'

/**
 * The path as words, one for each step: `book_table(day←goal, restaurant←find_restaurants)`. An argument's value stands in the goal, in the result of
 * an earlier step (the last that has it), or nowhere (`new`); true, false and null stand for themselves. Steps that failed or could not be read have
 * a word that no plan has; the end is `finish`.
 *
 * @example
 * callWords(state) // ['find_restaurants(city←goal)', 'book_table(day←goal, restaurant←find_restaurants)', 'finish']
 */
export function callWords({ goal, steps, answer }: Pick<ToolState, 'goal' | 'steps' | 'answer'>): string[] {
  const words = steps.map((step, at) => {
    if (step.kind === 'failed' || step.kind === 'unreadable') return `refused ${at}`
    const values = leaves(step.input).map(([path, value]) => `${path}←${originOf(value, goal, steps.slice(0, at))}`)
    return `${step.tool}(${values.sort().join(', ')})`
  })
  return answer === undefined ? words : [...words, 'finish']
}

function originOf(value: Json, goal: string, before: readonly ToolStep[]): string {
  if (typeof value !== 'string' && typeof value !== 'number') return String(value)
  const text = String(value)
  if (standsIn(goal, text)) return 'goal'
  const source = before.findLast((step) => 'result' in step && leaves(step.result!).some(([, leaf]) => String(leaf) === text))
  return source !== undefined && 'tool' in source ? source.tool : 'new'
}

/** As a word or several, not within another word. */
function standsIn(text: string, part: string): boolean {
  const inWord = (at: number) => /[\p{L}\p{N}]/u.test(text.charAt(at))
  for (let at = text.indexOf(part); part !== '' && at >= 0; at = text.indexOf(part, at + 1))
    if (!inWord(at - 1) && !inWord(at + part.length)) return true
  return false
}

/** Values that are neither lists nor objects, with where they lie; places in lists are not told apart. */
function leaves(value: Json, path = ''): [path: string, value: Json][] {
  if (typeof value !== 'object' || value === null) return [[path, value]]
  if (Array.isArray(value)) return value.flatMap((one) => leaves(one, path))
  return Object.entries(value).flatMap(([name, one]) => leaves(one ?? null, path === '' ? name : `${path}.${name}`))
}
