// The contract of an evaluator: the value of a state, allowed during search. Graders, which know the answer, are elsewhere.
import type { CallContext } from './call.ts'
import type { Amounts, Awaitable, Json, Reproducible } from './common.ts'
import type { NodeView } from './node-view.ts'
import type { Random } from './random.ts'

/** What an evaluator says of one state. */
export interface Evaluation {
  /** In the evaluator's range; from the side to move. */
  readonly value: number
  /** Further named values: a cost, a second judge. */
  readonly values?: Readonly<Record<string, number>>
  readonly vector?: readonly number[]
  /** Why, in words; for revision and for people. */
  readonly critique?: string
  /**
   * The value is known, not estimated: a verifier's verdict. A certain value at the top of the range is a solution;
   * a certain value at the bottom is a dead end that is never worth going on from.
   */
  readonly certain?: boolean
}

/** Values of states. Every group is judged together, so that siblings can be ranked. */
export interface Evaluator<State, Action = unknown> {
  readonly name: string
  readonly settings?: Json
  readonly reproducible?: Reproducible
  /** Lowest and highest value. */
  readonly range: readonly [number, number]
  /** Set when it needs the reference answer. Such a search makes training data and may never be compared or served. */
  readonly oracle?: 'training-label'
  /** One evaluation for each node of each group, in order. */
  evaluate(groups: readonly (readonly NodeView<State, Action>[])[], context: CallContext): Awaitable<readonly (readonly Evaluation[])[]>
  /** A fast path for pure evaluators: the value of one node, at once and without calls. Must agree with `evaluate`. */
  value?(node: NodeView<State, Action>, random: Random): number
  /** The most that judging `count` nodes can draw. */
  atMost?(count: number): Amounts
}
