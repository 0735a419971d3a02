// Tic-tac-toe on two nine-bit boards. It knows the rules and nothing of good play.
import type { z } from 'zod'
import type { Json } from '../core/common.ts'
import type { Environment, Step } from '../core/environment.ts'
import type { Random } from '../core/random.ts'
import { type Game, illegalMove, position, positionTask } from './position.ts'

/**
 * A whole number, so that a search of millions of states makes no objects of them. From the lowest bit: nine for the cells of the side to move
 * (cell 1 first), nine for those of the side that has just moved, one where that side has won, four for the first move after the task's
 * position (0 before it).
 */
export type TicTacToeState = number

const full = 0b111111111
const wonBit = 1 << 18
const firstShift = 19
const over: readonly number[] = []
/** By board: the cells that are free. Not frozen, which would make reading them several times slower. */
const empties: readonly (readonly number[])[] = Array.from({ length: full + 1 }, (_, board) =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((cell) => (board & (1 << (cell - 1))) === 0),
)
/** By the cells of one side: 1 where they hold three in a row. */
const wins = Uint8Array.from({ length: full + 1 }, (_, board) =>
  Number(
    [0b111, 0b111000, 0b111000000, 0b1001001, 0b10010010, 0b100100100, 0b100010001, 0b001010100].some((line) => (board & line) === line),
  ),
)

const game: Game<TicTacToeState> = { empty: 0, actions, play, asTask: (state) => state & (2 ** firstShift - 1) }

/** The cells played so far, 1 to 9 row by row, the players in turn: `5` is X in the middle. A legal game that is not over. */
export const ticTacToeTask = positionTask(game, 9, 'cells from 1 to 9, as in "519"')
/** A position, by the cells that were played. */
export type TicTacToeTask = z.input<typeof ticTacToeTask>

/**
 * Tic-tac-toe. Actions are cells 1 to 9; a win is worth 1 to its maker, a draw 0. The answer is the first move after the task's position.
 * @example
 * const environment = ticTacToe()
 * environment.actions(environment.initial({ moves: '519' })) // [2, 3, 4, 6, 7, 8]
 */
export function ticTacToe() {
  return {
    name: 'tic-tac-toe',
    initial: ({ moves = '' }: TicTacToeTask): TicTacToeState => position(game, moves),
    step(state: TicTacToeState, cell: number): Step<TicTacToeState> {
      const free = !isWon(state) && cell >= 1 && cell <= 9 && Number.isInteger(cell) && (taken(state) & (1 << (cell - 1))) === 0
      if (!free) throw illegalMove('the cell cannot be taken', cell, actions(state))
      const next = play(state, cell)
      const won = isWon(next)
      return { state: next, reward: won ? 1 : 0, terminal: won || taken(next) === full }
    },
    actions,
    answer: (state: TicTacToeState): number | undefined => firstMove(state) || undefined,
    turn: (state: TicTacToeState): number => ply(state) & 1,
    key: (state: TicTacToeState): string => `${mine(state)},${theirs(state)}`,
    render,
    rollout,
    encode: (state: TicTacToeState): Json => state,
    decode: (json: Json): TicTacToeState => json as TicTacToeState,
  } satisfies Environment<TicTacToeState, number, TicTacToeTask, number>
}

function mine(state: TicTacToeState): number {
  return state & full
}

function theirs(state: TicTacToeState): number {
  return (state >> 9) & full
}

function taken(state: TicTacToeState): number {
  return (state | (state >> 9)) & full
}

/** Whether the side that has just moved has won. */
function isWon(state: TicTacToeState): boolean {
  return (state & wonBit) !== 0
}

function firstMove(state: TicTacToeState): number {
  return state >> firstShift
}

function ply(state: TicTacToeState): number {
  return 9 - empties[taken(state)]!.length
}

function actions(state: TicTacToeState): readonly number[] {
  return isWon(state) ? over : empties[taken(state)]!
}

function play(state: TicTacToeState, cell: number): TicTacToeState {
  const board = mine(state) | (1 << (cell - 1))
  return theirs(state) | (board << 9) | (wins[board]! << 18) | ((firstMove(state) || cell) << firstShift)
}

function rollout(state: TicTacToeState, random: Random): number {
  if (isWon(state)) return -1
  let mover = mine(state)
  let other = theirs(state)
  for (let sign = 1; (mover | other) !== full; sign = -sign) {
    const cells = empties[mover | other]!
    const board = mover | (1 << (cells[random.below(cells.length)]! - 1))
    if (wins[board] === 1) return sign
    mover = other
    other = board
  }
  return 0
}

function render(state: TicTacToeState): string {
  const even = ply(state) % 2 === 0
  const [x, o] = even ? [mine(state), theirs(state)] : [theirs(state), mine(state)]
  const cells = Array.from({ length: 9 }, (_, cell) => ((x >> cell) & 1 ? 'X' : (o >> cell) & 1 ? 'O' : String(cell + 1)))
  const board = [0, 3, 6].map((row) => cells.slice(row, row + 3).join(' ')).join('\n')
  const mover = even ? 'X' : 'O'
  const status = isWon(state) ? `${even ? 'O' : 'X'} has won.` : taken(state) === full ? 'A draw.' : `${mover} to move.`
  return `${board}\n${status}`
}
