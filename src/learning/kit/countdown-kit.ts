// The second kit: Countdown with three or four numbers, as problems, demonstrations, tokens, and an exact checker. Unlike in word problems there
// is something to be searched for in every step, and every answer can be checked without a reference.
import { BanyanError } from '../../core/errors.ts'
import { Hash } from '../../core/hash.ts'
import { Random } from '../../core/random.ts'
import { type CountdownState, type CountdownTask, countdown } from '../../environments/countdown.ts'
import type { StepCodec } from '../nets/step-codec.ts'
import { words } from '../tokenisers/words.ts'
import type { Encoding } from '../training/job.ts'

/** Reach the target with some of the numbers, each once. */
export interface CountdownProblem {
  /** 1 to 25. */
  readonly numbers: readonly number[]
  /** 1 to 99; none of the numbers. */
  readonly target: number
  /** Results on the way are whole and above 0. */
  readonly whole: true
}

/** What countdown tasks are drawn. */
export interface CountdownDrawOptions {
  readonly numbers: 3 | 4
  /** Held-out problems, or the others: no problem is both. */
  readonly heldOut: boolean
  readonly seed: number
}

/**
 * Problem number `index` of a stream; each can be solved with all of its numbers, and results up to 99.
 * @example
 * drawCountdown(0, { numbers: 3, heldOut: true, seed: 0 }) // { numbers: [7, 12, 3], target: 33, whole: true }
 */
export function drawCountdown(index: number, { numbers: count, heldOut, seed }: CountdownDrawOptions): CountdownProblem {
  const random = new Random(seed, `countdown ${count}${heldOut ? ' held out' : ''} ${index}`)
  while (true) {
    const numbers = Array.from({ length: count }, () => 1 + random.below(25))
    let left: readonly number[] = numbers
    while (left.length > 1) {
      const moves = movesOf(left)
      if (moves.length === 0) break
      left = moves[random.below(moves.length)]!.left
    }
    const problem: CountdownProblem = { numbers, target: left[0]!, whole: true }
    if (left.length === 1 && !numbers.includes(problem.target) && isHeldOutCountdown(problem) === heldOut) return problem
  }
}

/** The problem's name: problems that differ in the order of their numbers alone are the same. */
export function countdownId({ numbers, target }: CountdownProblem): string {
  return [target, ...[...numbers].sort((a, b) => a - b)].join(' ')
}

/** One problem in five. */
export function isHeldOutCountdown(problem: CountdownProblem): boolean {
  const hash = new Hash()
  hash.addText(`countdown ${countdownId(problem)}`)
  return Number.parseInt(hash.digest().slice(0, 8), 16) % 5 === 0
}

/** The problem as a task of the environment `countdown`. */
export function countdownTaskOf({ numbers, target, whole }: CountdownProblem): CountdownTask {
  return { numbers: [...numbers], target, whole }
}

/** Whether these moves, one after another, reach the target: replayed in the environment, in exact arithmetic. */
export function reachesTarget(problem: CountdownProblem, moves: readonly string[]): boolean {
  let state: CountdownState = environment.initial(countdownTaskOf(problem))
  for (const move of moves) {
    if (environment.answer(state) !== undefined) return false
    try {
      state = environment.step(state, move).state
    } catch (error) {
      if (BanyanError.isInstance(error) && error.code === 'E_MOVE_ILLEGAL') return false
      throw error
    }
  }
  return environment.answer(state) !== undefined
}

/** How often the demonstrator does not see that a solution goes on by this operation, and adds instead. */
export const countdownHabits = { '+': 0, '-': 0.3, '*': 0.5, '/': 0.8 } as const

/** How a demonstrator of countdown errs. */
export interface CountdownDemonstratorOptions {
  /** Default `countdownHabits`. */
  readonly habits?: Readonly<Record<'+' | '-' | '*' | '/', number>>
  /** How often a result is any number. Default 0.01. */
  readonly slips?: number
}

/**
 * Moves of one answer, by somebody who knows a solution and yet has habits: operations are overlooked at their own rates, and numbers added
 * instead. What was overlooked once may leave no solution; then any move is as good as another.
 */
export function countdownDemonstration(
  { numbers, target }: CountdownProblem,
  random: Random,
  { habits = countdownHabits, slips = 0.01 }: CountdownDemonstratorOptions = {},
): string[] {
  const written: string[] = []
  let left: readonly number[] = numbers
  while (left.length > 1 && !left.includes(target)) {
    const moves = random.shuffled(movesOf(left))
    const good = moves.find((move) => canReach(move.left, target))
    const sums = moves.filter(({ operation }) => operation === '+')
    const overlooked = good !== undefined && sums.length > 0 && random.unit() < habits[good.operation]
    const move = good === undefined ? moves[0] : overlooked ? sums[0] : good
    if (move === undefined) break
    if (random.unit() < slips) {
      written.push(`${move.text} = ${1 + random.below(99)}`)
      break
    }
    written.push(`${move.text} = ${move.result}`)
    left = move.left
  }
  return written
}

/** Numbers 0 to 99, each one token; signs and marks. */
export const countdownTokeniser = words([
  ...Array.from({ length: 100 }, (_, number) => String(number)),
  ...['+', '-', '*', '/', '=', ';', '<end>', '<pad>', '?'],
])

/** How training joins prompt and moves. */
export const countdownEncoding: Encoding = { separator: ' ; ', end: '<end>' }

/** Tokens of a prompt with the separator after it, and of the longest whole example. */
export const countdownLengths = { prompt: 7, context: 7 + 3 * 6 } as const

/** `? 24 3 8 1 <pad>`: the target, then the numbers, always as long. */
export function countdownPromptText({ numbers, target }: Pick<CountdownProblem, 'numbers' | 'target'>): string {
  return ['?', target, ...numbers, ...Array.from({ length: 4 - numbers.length }, () => '<pad>')].join(' ')
}

/** The tokens of a prompt and the moves so far, up to the separator after which the next move begins. */
export function countdownTokens(problem: CountdownProblem, moves: readonly string[] = []): Int32Array {
  return countdownTokeniser.encode([countdownPromptText(problem), ...moves, ''].join(' ; '))
}

/** The tokens of a whole example: prompt, moves and end. */
export function countdownExample(problem: CountdownProblem, moves: readonly string[]): Int32Array {
  return countdownTokeniser.encode(`${[countdownPromptText(problem), ...moves].join(' ; ')} <end>`)
}

/** The moves of a generated answer; undefined where it has no end. */
export function countdownMoves(tokens: ArrayLike<number>): string[] | undefined {
  const text = countdownTokeniser.decode(tokens)
  return text.endsWith(' <end>') ? text.slice(0, -6).split(' ; ') : undefined
}

/** Ends an answer, as a token. */
export const endOfCountdown = countdownTokeniser.vocabulary.indexOf('<end>')

/** How a net takes part in a search over Countdown with up to four numbers up to 99. */
export function countdownCodec(problem: CountdownProblem): StepCodec<CountdownState, string> {
  return {
    prompt: ({ moves }) => countdownTokens(problem, moves),
    action(tokens, state) {
      const move = countdownTokeniser.decode(tokens.slice(0, -1))
      try {
        environment.step(state, move)
        return move
      } catch (error) {
        if (BanyanError.isInstance(error) && error.code === 'E_MOVE_ILLEGAL') return undefined
        throw error
      }
    },
    stop: [countdownTokeniser.vocabulary.indexOf(';'), endOfCountdown],
    mostTokens: 6,
  }
}

const environment = countdown()

interface Move {
  readonly operation: '+' | '-' | '*' | '/'
  /** `8 - 3`. */
  readonly text: string
  readonly result: number
  readonly left: readonly number[]
}

/** Moves with whole results from 1 to 99. */
function movesOf(numbers: readonly number[]): Move[] {
  const moves: Move[] = []
  for (let i = 0; i < numbers.length; i++)
    for (let j = i + 1; j < numbers.length; j++) {
      const [high, low] = [Math.max(numbers[i]!, numbers[j]!), Math.min(numbers[i]!, numbers[j]!)]
      const others = numbers.filter((_, at) => at !== i && at !== j)
      for (const [operation, result] of [
        ['+', high + low],
        ['-', high - low],
        ['*', high * low],
        ['/', high / low],
      ] as const)
        if (Number.isInteger(result) && result >= 1 && result <= 99)
          moves.push({ operation, text: `${high} ${operation} ${low}`, result, left: [...others, result] })
    }
  return moves
}

function canReach(numbers: readonly number[], target: number): boolean {
  return numbers.includes(target) || movesOf(numbers).some(({ left }) => canReach(left, target))
}
