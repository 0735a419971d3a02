// Grades answers to countdown: the expression comes to the target, uses each number at most once, and keeps the task's rules.
import type { CountdownTask } from '../environments/countdown.ts'
import type { Grader } from './grader.ts'
import { gradeExpression } from './number-puzzle.ts'

/**
 * @example
 * countdownGrader.grade({ numbers: [76, 41, 59], target: 24 }, '59 - (76 - 41)', undefined) // { correct: true }
 */
export const countdownGrader = {
  name: 'countdown',
  grade: ({ numbers, target, all = false, whole = false }, answer) => gradeExpression({ numbers, target, all, whole }, answer),
} satisfies Grader<CountdownTask, string>
