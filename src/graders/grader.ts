// The contract of a grader: it compares an answer with what is right, after the search. Nothing that searches may import this room.
import type { Awaitable } from '../core/common.ts'

export interface Grade {
  readonly correct: boolean
  /** Why, in a few words. */
  readonly reason?: string
}

/** Judges answers. `reference` is what the task's file says is right, where it says so. */
export interface Grader<Task = unknown, Answer = unknown, Reference = unknown> {
  readonly name: string
  grade(task: Task, answer: Answer | undefined, reference: Reference | undefined): Awaitable<Grade>
}
