// Writes answers with systematic errors, as a person does who has some words wrong: each pair of verbs has its own rate of being taken the
// wrong way round. Nets that learn from it know right and wrong with the same ladder of rates, so that search can find what they seldom say.
import type { Random } from '../../core/random.ts'
import { persons, verbs, type WordProblem } from '../../environments/word-problems/problem.ts'
import { applied, meaning, opposite, rightOperation } from './right-path.ts'

/** How a demonstrator of word problems errs. */
export interface DemonstratorOptions {
  /** [10]: how often each pair of verbs is taken the wrong way round. */
  readonly ladder: readonly number[]
  /** How often a clause about somebody else is counted. Default 0.3. */
  readonly notSkipped?: number
  /** How often a number is any number. Default 0.01. */
  readonly slips?: number
  /** How often a step is followed by one that checks it, so that answers differ in length. Default 0. */
  readonly checks?: number
}

/** The steps of one answer. Later steps go on from the numbers of earlier ones, right or wrong. */
export function demonstration(
  { start, clauses }: WordProblem,
  { ladder, notSkipped = 0.3, slips = 0.01, checks = 0 }: DemonstratorOptions,
  random: Random,
): string[] {
  const steps: string[] = []
  let value = start
  for (const [at, clause] of clauses.entries()) {
    const { verb, amount } = clause
    const wrong = clause.person === persons[0] ? opposite(meaning(verb)) : meaning(verb)
    const rate = clause.person === persons[0] ? (ladder[verbs.indexOf(verb) >> 1] ?? 0) : notSkipped
    const operation = random.unit() < rate ? wrong : rightOperation(clause)
    value = random.unit() < slips ? random.below(100) : applied(value, operation, amount)
    steps.push(`${operation} ${amount} ${value}`)
    if (random.unit() < checks && at + 1 < clauses.length) steps.push(`? ${amount} ${value}`)
  }
  return steps
}
