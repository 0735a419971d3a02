// The grader of reasoning tasks: compares an extracted answer with the reference by the kind of answer. It never throws.
import type { Json } from '../core/common.ts'
import { canonical } from '../core/digest.ts'
import type { ReasoningAnswer, ReasoningTask } from '../environments/reasoning.ts'
import { boxesEqual, choicesEqual, numbersEqual, textsEqual } from './answers.ts'
import type { Grader } from './grader.ts'

export interface ReasoningGraderOptions {
  /** Relative and absolute tolerance of numbers. Default 1e-6. */
  readonly tolerance?: number
}

/**
 * Grades by the task's `answerBy`: numbers within a tolerance, letters, boxes as simple LaTeX, texts but for case and spaces,
 * objects as equal JSON. A reference that is an array of texts or numbers means: any of them (not for objects).
 *
 * @example
 * await reasoningGrader().grade({ prompt: 'What is 17 + 25?', answerBy: 'number' }, 42, '42') // { correct: true }
 */
export function reasoningGrader(options: ReasoningGraderOptions = {}): Grader<ReasoningTask, ReasoningAnswer, Json> {
  return {
    name: 'reasoning',
    grade(task, answer, reference) {
      if (reference === undefined || reference === null) return { correct: false, reason: 'no reference answer' }
      if (answer === undefined) return { correct: false, reason: 'no answer' }
      const kind = typeof task.answerBy === 'object' ? task.answerBy.kind : (task.answerBy ?? 'text')
      const any = kind !== 'schema' && Array.isArray(reference) ? (reference as readonly Json[]) : [reference]
      const correct = any.some((one) => same(kind, answer, one, options.tolerance))
      return correct ? { correct } : { correct, reason: `${short(answer)} is not ${short(reference)}` }
    },
  }
}

function same(kind: string, answer: Json, reference: Json, tolerance: number | undefined): boolean {
  switch (kind) {
    case 'number':
      return numbersEqual(answer, reference, tolerance)
    case 'choice':
      return choicesEqual(answer, reference)
    case 'box':
      return boxesEqual(answer, reference)
    case 'schema':
      return canonical(answer) === canonical(reference)
    default:
      return textsEqual(answer, typeof reference === 'number' ? String(reference) : reference)
  }
}

function short(value: Json): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
