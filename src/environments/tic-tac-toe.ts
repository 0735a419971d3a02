// Tic-tac-toe on two nine-bit boards. It knows the rules and nothing of good play.
import type { z } from 'zod'
import type { Json } from '../core/common.ts'
import type { Environment, Step } from '../core/environment.ts'
import type { Random } from '../core/random.ts'
import { type Game, type GameState, illegalMove, position, positionTask } from './position.ts'

export interface TicTacToeState extends GameState {
  /** Cells of the side to move: bit 0 is cell 1. */
  readonly mine: number
  /** Cells of the side that has just moved. */
  readonly theirs: number
}

const full = 0b111111111
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

const game: Game<TicTacToeState> = { empty: { mine: 0, theirs: 0, ply: 0, won: false, first: 0 }, actions, play }

/** The cells played so far, 1 to 9 row by row, the players in turn: `5` is X in the middle. A legal game that is not over. */
export const ticTacToeTask = positionTask(game, 9, 'cells from 1 to 9, as in "519"')
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
      const free = !state.won && cell >= 1 && cell <= 9 && Number.isInteger(cell) && ((state.mine | state.theirs) & (1 << (cell - 1))) === 0
      if (!free) throw illegalMove('the cell cannot be taken', cell, actions(state))
      const next = play(state, cell)
      return { state: next, reward: next.won ? 1 : 0, terminal: next.won || next.ply === 9 }
    },
    actions,
    answer: (state: TicTacToeState): number | undefined => (state.first === 0 ? undefined : state.first),
    turn: (state: TicTacToeState): number => state.ply & 1,
    key: (state: TicTacToeState): string => `${state.mine},${state.theirs}`,
    render,
    rollout,
    encode: (state: TicTacToeState): Json => ({ ...state }),
    decode: (json: Json): TicTacToeState => ({ ...(json as unknown as TicTacToeState) }),
  } satisfies Environment<TicTacToeState, number, TicTacToeTask, number>
}

function actions(state: TicTacToeState): readonly number[] {
  return state.won ? over : empties[state.mine | state.theirs]!
}

function play({ mine, theirs, ply, first }: TicTacToeState, cell: number): TicTacToeState {
  const board = mine | (1 << (cell - 1))
  return { mine: theirs, theirs: board, ply: ply + 1, won: wins[board] === 1, first: first === 0 ? cell : first }
}

function rollout(state: TicTacToeState, random: Random): number {
  if (state.won) return -1
  let { mine, theirs } = state
  for (let sign = 1; (mine | theirs) !== full; sign = -sign) {
    const cells = empties[mine | theirs]!
    const board = mine | (1 << (cells[random.below(cells.length)]! - 1))
    if (wins[board] === 1) return sign
    mine = theirs
    theirs = board
  }
  return 0
}

function render(state: TicTacToeState): string {
  const [x, o] = state.ply % 2 === 0 ? [state.mine, state.theirs] : [state.theirs, state.mine]
  const cells = Array.from({ length: 9 }, (_, cell) => ((x >> cell) & 1 ? 'X' : (o >> cell) & 1 ? 'O' : String(cell + 1)))
  const board = [0, 3, 6].map((row) => cells.slice(row, row + 3).join(' ')).join('\n')
  const mover = state.ply % 2 === 0 ? 'X' : 'O'
  const status = state.won ? `${mover === 'X' ? 'O' : 'X'} has won.` : state.ply === 9 ? 'A draw.' : `${mover} to move.`
  return `${board}\n${status}`
}
