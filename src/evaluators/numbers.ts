// The value of a number puzzle's state, from its numbers alone: no move is listed or tried, so judging a state costs no expansion.
import type { Evaluation, Evaluator } from '../core/evaluator.ts'
import type { NodeView } from '../core/node-view.ts'
import type { Numbers } from '../environments/arithmetic/moves.ts'
import { approximate, type Rational } from '../environments/arithmetic/rational.ts'

/** What the evaluator must know of a puzzle. */
export interface NumbersGoal<State extends Numbers> {
  /** The number wanted. */
  target(state: State): number
  /** The answer, where the goal is reached. */
  answer(state: State): unknown
}

/**
 * The verdict on ended states (goal reached: 1, not reached: 0, both certain), and for all others an estimate below 1: the geometric mean
 * of {@link promise} over the numbers left. Range [0, 1].
 * @example
 * const evaluator = numberPromise({ target: () => 24, answer: game24().answer })
 */
export function numberPromise<State extends Numbers>(goal: NumbersGoal<State>): Evaluator<State, string> {
  return judgement('promise', goal, (state) => {
    let product = 1
    for (const { value } of state.left) product *= promise(value, goal.target(state))
    return product ** (1 / Math.max(1, state.left.length))
  })
}

/** The verdict on ended states alone; every other state is worth 0.5. Range [0, 1]. */
export function goalReached<State extends Numbers>(goal: NumbersGoal<State>): Evaluator<State, string> {
  return judgement('goal', goal, () => 0.5)
}

/**
 * How useful a number is on the way to `target`, in (0, 0.95]: divisors most, then numbers near the target, then smaller ones; large numbers and
 * fractions that no whole number brings to the target least. The order of these classes, and roughly their distances, are those of the
 * odds that a number appears in a solvable rather than in an unsolvable state, counted over random puzzles with a number above 13 (which are
 * not among the game's usual ones).
 */
export function promise(value: Rational, target: number): number {
  const size = approximate(value)
  if (value.bottom === 1n) {
    if (value.top !== 0n && BigInt(target) % value.top === 0n) return 0.95
    if (size < target) return 0.67
    if (size <= 1.25 * target) return 0.76
    return size <= 2 * target ? 0.57 : 0.14
  }
  if (BigInt(target) % value.bottom !== 0n) return 0.05
  return size < 1 ? 0.76 : size < 3 ? 0.38 : 0.05
}

function judgement<State extends Numbers>(
  name: string,
  goal: NumbersGoal<State>,
  estimate: (state: State) => number,
): Evaluator<State, string> {
  const judge = (node: NodeView<State, string>): Evaluation => {
    if (goal.answer(node.state) !== undefined) return { value: 1, certain: true }
    return node.terminal ? { value: 0, certain: true } : { value: estimate(node.state) }
  }
  return {
    name,
    reproducible: 'exact',
    range: [0, 1],
    // No fast path: it would lose what is certain.
    evaluate: (groups) => groups.map((group) => group.map(judge)),
  }
}
