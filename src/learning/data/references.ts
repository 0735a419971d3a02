// Reference answers, as builders are given them. This and evaluators branded `oracle` are the only doors by which they come into training.
import type { Awaitable, Json } from '../../core/common.ts'

/** What is right for a task, and how answers are compared with it. Plain functions: graders of the experiments fit in with a line. */
export interface Reference {
  /** The reference answer itself, where there is one; it may be written into rows (`reference`). */
  readonly answer?: Json | undefined
  /** Whether an answer is right: true, false, or how right it is in [0, 1]. `undefined` is no answer. */
  grade(answer: Json | undefined): Awaitable<boolean | number>
}

/**
 * The reference of a task; undefined where there is none: its answers get no verdict then.
 * @example
 * const references: References = (task) => ({ answer: '42', grade: (answer) => String(answer) === '42' })
 */
export type References = (task: Json) => Awaitable<Reference | undefined>
