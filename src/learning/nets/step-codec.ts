// What a net must know of a task: how a state reads as tokens, and what the tokens of a step mean. Written beside the environment.
import type { TextRequest } from './batched-decoder.ts'

/** How a task's states and steps are written in tokens. */
export interface StepCodec<State, Action> {
  /** What the net reads in this state: the task and the steps so far. */
  prompt(state: State): ArrayLike<number>
  /** What the tokens of a step mean, its end among them; undefined where they mean nothing. */
  action(tokens: readonly number[], state: State): Action | undefined
  /** What ends a step: tokens, or whether the tokens of the step so far do. */
  readonly stop: NonNullable<TextRequest['stop']>
  /** Most tokens of a step, from 1. */
  readonly mostTokens: number
  /** What may be written in a step from this state; see `GenerateRequest`. */
  allowed?(state: State): TextRequest['allowed']
  /** What a calculator or a tool writes in a step from this state; see `GenerateRequest`. */
  observe?(state: State): TextRequest['observe']
}
