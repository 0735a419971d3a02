// Grades answers to the game of 24: the expression comes to 24 and uses each number exactly once.
import type { Game24Task } from '../environments/game24.ts'
import type { Grader } from './grader.ts'
import { gradeExpression } from './number-puzzle.ts'

/**
 * @example
 * game24Grader.grade({ numbers: [4, 4, 6, 8] }, '(4 + 8) * (6 - 4)', undefined) // { correct: true }
 */
export const game24Grader = {
  name: 'game24',
  grade: (task, answer) => gradeExpression({ numbers: task.numbers, target: 24, all: true, whole: false }, answer),
} satisfies Grader<Game24Task, string>
