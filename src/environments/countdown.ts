// Countdown: reach a target with some of the given numbers, each at most once, by + - * /. It does not know how good a position is.
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
import { equal, type Rational, whole } from './arithmetic/rational.ts'

/** The schema of tasks. */
export const countdownTask = z.strictObject({
  /** One to eight whole numbers. */
  numbers: z.array(z.int().min(0).max(1_000_000)).min(1).max(8),
  target: z.int().min(0).max(1_000_000_000),
  /** Every number must be used. Default false: any of them. */
  all: z.boolean().default(false),
  /** Results on the way must be whole and above 0, as on television. Default false: exact fractions from 0 up. */
  whole: z.boolean().default(false),
})
/** Numbers, and what is to be made of them. */
export type CountdownTask = z.input<typeof countdownTask>

/** Numbers left, and what is wanted of them. */
export interface CountdownState extends Numbers {
  readonly target: number
  readonly all: boolean
  readonly whole: boolean
}

/**
 * Countdown. Each number may be used once or not at all (`all` wants every one); `+ - * /` over exact fractions (`whole` wants whole
 * results above 0 on the way, the television rule). Negative results are never needed and not allowed. It ends as soon as the target is
 * among the numbers left, or one number is left. The answer is an expression; undefined where the target is not reached.
 * @example
 * const environment = countdown()
 * const state = environment.initial({ numbers: [76, 41, 59], target: 24 })
 * environment.actions(state).includes('76 - 41 = 35') // true
 */
export function countdown() {
  return {
    name: 'countdown',
    initial: ({ numbers, target, all = false, whole: only = false }: CountdownTask): CountdownState => ({
      ...startNumbers(numbers),
      target,
      all,
      whole: only,
    }),
    step(state: CountdownState, move: string): Step<CountdownState> {
      const next = { ...state, ...makeMove(state, move, state) }
      const terminal = reached(next) !== undefined || next.left.length === 1 || listMoves(next, next).length === 0
      return { state: next, reward: reached(next) === undefined ? 0 : 1, terminal }
    },
    actions: (state: CountdownState): readonly string[] => (reached(state) === undefined ? listMoves(state, state) : []),
    answer: (state: CountdownState): string | undefined => reached(state),
    render: (state: CountdownState): string =>
      renderNumbers(`Make ${state.target} from ${state.all ? 'all' : 'some or all'} of the numbers.`, state),
    key: numbersText,
    encode: ({ target, all, whole: only, ...numbers }: CountdownState) => ({ target, all, whole: only, ...encodeNumbers(numbers) }),
    decode: (json: unknown): CountdownState => {
      const { target, all, whole: only } = json as Omit<CountdownState, keyof Numbers>
      return { ...decodeNumbers(json), target, all, whole: only }
    },
  } satisfies Environment<CountdownState, string, CountdownTask, string>
}

function reached(state: CountdownState): string | undefined {
  const goal: Rational = whole(state.target)
  if (state.all && state.left.length > 1) return undefined
  return state.left.find((term) => equal(term.value, goal))?.text
}
