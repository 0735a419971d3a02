// The graders by the names of environments. A new environment whose answers can be graded is added here.
import { unknownName } from '../core/names.ts'
import { connectFourGrader } from '../graders/connect-four.ts'
import { countdownGrader } from '../graders/countdown.ts'
import { game24Grader } from '../graders/game24.ts'
import type { Grader } from '../graders/grader.ts'
import { reasoningGrader } from '../graders/reasoning.ts'
import { ticTacToeGrader } from '../graders/tic-tac-toe.ts'
import { wordProblemGrader } from '../graders/word-problems.ts'
import { writingGrader } from '../graders/writing.ts'

/** A grader whose types are its own business: tasks, answers and references come as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: the catalogue holds graders of different types
type AnyGrader = Grader<any, any, any>

const graders: Readonly<Record<string, () => AnyGrader>> = {
  writing: () => writingGrader(),
  reasoning: () => reasoningGrader(),
  game24: () => game24Grader,
  countdown: () => countdownGrader,
  'tic-tac-toe': () => ticTacToeGrader(),
  'connect-four': () => connectFourGrader(),
  'word-problems': () => wordProblemGrader,
}

/** @throws `E_GRADER_UNKNOWN`. */
export function graderFor(environment: string): AnyGrader {
  const make = Object.hasOwn(graders, environment) ? graders[environment] : undefined
  if (make === undefined) throw unknownName('E_GRADER_UNKNOWN', 'grader for an environment', environment, Object.keys(graders))
  return make()
}
