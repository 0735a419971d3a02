// What the graders of number puzzles share: an expression is evaluated exactly from its text. It knows nothing of states or of how it was found.

import { BanyanError } from '../core/errors.ts'
import { type Evaluated, evaluateExpression } from '../environments/arithmetic/expression.ts'
import { equal, rationalText, whole } from '../environments/arithmetic/rational.ts'
import type { Grade } from './grader.ts'

export interface NumberPuzzle {
  readonly numbers: readonly number[]
  readonly target: number
  /** Every number must be used. Each may be used at most once in any case. */
  readonly all: boolean
  /** Results on the way must be whole and above 0. */
  readonly whole: boolean
}

/** Grades an expression such as `(8 - 3) * 4 + 4`, also with `= 24` behind it. */
export function gradeExpression(puzzle: NumberPuzzle, answer: unknown): Grade {
  if (typeof answer !== 'string') return { correct: false, reason: 'no answer' }
  const evaluated = readExpression(answer)
  if (BanyanError.isInstance(evaluated)) return { correct: false, reason: evaluated.message }
  const spare = puzzle.numbers.map(BigInt)
  for (const number of evaluated.numbers) {
    const place = spare.indexOf(number)
    if (place < 0) return { correct: false, reason: `uses ${number} more often than it is given` }
    spare.splice(place, 1)
  }
  if (puzzle.all && spare.length > 0) return { correct: false, reason: `leaves ${spare.join(', ')} unused` }
  if (puzzle.whole) {
    const bad = evaluated.results.find((result) => result.bottom !== 1n || result.top <= 0n)
    if (bad !== undefined) return { correct: false, reason: `passes through ${rationalText(bad)}` }
  }
  if (!equal(evaluated.value, whole(puzzle.target))) return { correct: false, reason: `comes to ${rationalText(evaluated.value)}` }
  return { correct: true }
}

function readExpression(text: string): Evaluated | BanyanError {
  try {
    return evaluateExpression(text)
  } catch (error) {
    if (BanyanError.isInstance(error)) return error
    throw error
  }
}
