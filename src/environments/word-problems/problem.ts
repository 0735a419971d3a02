// A word problem as data: somebody has some things, and things happen to them and to others. What is right is not known here.
import { z } from 'zod'
import { BanyanError } from '../../core/errors.ts'

/** What the verbs mean is for the reader to know; here they are names. The first twenty go in pairs of opposites, the last four mean twice as many. */
export const verbs = [
  ...['finds', 'loses', 'buys', 'sells', 'gets', 'gives', 'earns', 'spends', 'wins', 'bets'],
  ...['picks', 'drops', 'collects', 'donates', 'receives', 'sends', 'borrows', 'returns', 'gathers', 'throws'],
  ...['doubles', 'duplicates', 'copies', 'repeats'],
] as const
export type Verb = (typeof verbs)[number]

export const persons = ['A', 'B', 'C'] as const
export type Person = (typeof persons)[number]

/** `A finds 3`. */
export interface Clause {
  readonly person: Person
  readonly verb: Verb
  /** From 1 to 9. */
  readonly amount: number
}

/** How many has `A` in the end, who has `start` in the beginning? */
export interface WordProblem {
  /** From 0 to 99. */
  readonly start: number
  /** In order; 1 to 12. */
  readonly clauses: readonly Clause[]
}

const clause = z.strictObject({ person: z.enum(persons), verb: z.enum(verbs), amount: z.int().min(1).max(9) })
/** The schema of word problems. */
export const wordProblem = z.strictObject({ start: z.int().min(0).max(99), clauses: z.array(clause).min(1).max(12) })

/** Signs of the steps: more, less, times, and that nothing changes. */
export const operations = ['+', '-', '*', 'has'] as const
export type Operation = (typeof operations)[number]

/** One step of an answer: `+ 3 45`: 3 more, which makes 45. A step with `?` checks the number and counts for no clause. */
export interface WordStep {
  readonly operation: Operation | '?'
  /** From 0 to 99. */
  readonly amount: number
  /** From 0 to 99. */
  readonly value: number
}

/** `+ 3 45` as a step; undefined for what is none. */
export function readWordStep(text: string): WordStep | undefined {
  const parts = /^([-+*?]|has) (\d{1,2}) (\d{1,2})$/.exec(text)
  if (parts === null) return undefined
  return { operation: parts[1] as WordStep['operation'], amount: Number(parts[2]), value: Number(parts[3]) }
}

/** @throws BanyanError E_WORD_STEP for a text that is no step. */
export function wantWordStep(text: string): WordStep {
  const step = readWordStep(text)
  if (step !== undefined) return step
  throw new BanyanError('E_WORD_STEP', 'this is no step of a word problem', {
    seen: text,
    wanted: 'a sign (+, -, *, has or ?), an amount and the number that it makes, such as "+ 3 45"',
  })
}
