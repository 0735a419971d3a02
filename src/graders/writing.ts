// The grader of writing tasks: the same rules that the task states, checked on the answer. It needs no reference text and reads none.
import { rulesOf } from '../environments/writing/rules.ts'
import { type WritingTaskInput, writingTask } from '../environments/writing/task.ts'
import type { Grader } from './grader.ts'

/**
 * Correct when the text passes every rule of its task.
 *
 * @throws `E_TASK_INVALID` for a task that is none.
 * @example
 * writingGrader().grade({ include: ['dog'], sentences: 1 }, 'A dog barks.', undefined) // { correct: true }
 */
export function writingGrader(): Grader<WritingTaskInput, string> {
  return {
    name: 'writing',
    grade(task, answer) {
      if (answer === undefined) return { correct: false, reason: 'no answer' }
      const { passed, reasons } = rulesOf(writingTask(task)).check(answer)
      return passed ? { correct: true } : { correct: false, reason: reasons.join('; ') }
    },
  }
}
