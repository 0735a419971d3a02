// What a language model reads before it chooses the next move of a number puzzle. The examples use numbers that the game's usual puzzles,
// which go up to 13, do not have.
import type { ChoicePrompt } from '../moves/chosen.ts'
import { type Numbers, numbersText } from './moves.ts'

/**
 * First steps towards 24; only the first move is asked for. There a small model's preferences put about twice as much weight on moves from
 * which 24 can be reached as equal priors do; asking again after each move costs many times as much.
 */
export function game24Prompt(state: Numbers): ChoicePrompt | undefined {
  if (state.moves.length > 0 || state.left.length < 3) return undefined
  return { prompt: `Make 24 with the numbers. First step:\n${steps24}${numbersText(state)}:` }
}

/** First steps towards any target; only the first move is asked for. */
export function countdownPrompt(state: Numbers & { readonly target: number }): ChoicePrompt | undefined {
  if (state.moves.length > 0 || state.left.length < 3) return undefined
  return { prompt: `Make the target with the numbers. First step:\n${stepsAny}${numbersText(state)} -> ${state.target}:` }
}

const steps24 = `2 3 15 19: 19 - 15 = 4
1 4 6 14: 14 + 6 = 20
5 9 18 20: 20 - 5 = 15
3 8 16: 16 - 8 = 8
2 9 30: 30 / 2 = 15
6 16 20: 20 - 16 = 4
`

const stepsAny = `3 25 75 -> 53: 75 + 3 = 78
2 17 40 -> 37: 40 / 2 = 20
6 11 30 -> 25: 30 - 11 = 19
4 15 20 -> 65: 20 * 4 = 80
8 9 50 -> 67: 50 + 9 = 59
`
