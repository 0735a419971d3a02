// The game of 24: join four numbers by + - * / until 24 is left. Exact fractions; each number is used exactly once.
// It does not know how good a position is.
import { z } from 'zod'
import type { Environment, Step } from '../core/environment.ts'
import {
  decodeNumbers,
  encodeNumbers,
  listMoves,
  makeMove,
  type Numbers,
  numbersText,
  renderNumbers,
  startNumbers,
} from './arithmetic/moves.ts'
import { equal, whole } from './arithmetic/rational.ts'

/** The numbers of a puzzle: two to six whole numbers from 0 to 1000; the game is played with four. */
export const game24Task = z.strictObject({ numbers: z.array(z.int().min(0).max(1000)).min(2).max(6) })
/** Four numbers. */
export type Game24Task = z.infer<typeof game24Task>

const goal = whole(24)

/**
 * The game of 24. States are the numbers left with the expressions that made them; actions are moves such as `8 - 3 = 5`;
 * the answer is an expression such as `(8 - 3) * 4 + 4`, undefined where 24 is not reached.
 * @example
 * const environment = game24()
 * const state = environment.initial({ numbers: [4, 6, 1, 1] })
 * environment.actions(state)[0] // '1 + 1 = 2'
 */
export function game24() {
  return {
    name: 'game24',
    initial: ({ numbers }: Game24Task): Numbers => startNumbers(numbers),
    step(state: Numbers, move: string): Step<Numbers> {
      const next = makeMove(state, move)
      return { state: next, reward: solved(next) ? 1 : 0, terminal: next.left.length === 1 }
    },
    actions: (state: Numbers): readonly string[] => listMoves(state),
    answer: (state: Numbers): string | undefined => (solved(state) ? state.left[0]?.text : undefined),
    render: (state: Numbers): string => renderNumbers('Make 24 from all the numbers.', state),
    key: numbersText,
    encode: encodeNumbers,
    decode: decodeNumbers,
  } satisfies Environment<Numbers, string, Game24Task, string>
}

function solved(state: Numbers): boolean {
  const [last, second] = state.left
  return last !== undefined && second === undefined && equal(last.value, goal)
}
