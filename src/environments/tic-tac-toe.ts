// Tic-tac-toe on two nine-bit boards. It knows the rules and nothing of good play.
import { z } from 'zod'
import type { Json } from '../core/common.ts'
import type { Environment, Step } from '../core/environment.ts'
import { BanyanError } from '../core/errors.ts'
import type { Random } from '../core/random.ts'

/** The cells played so far, 1 to 9 row by row, the players in turn: `5` is X in the middle. A legal game that is not over. */
export const ticTacToeTask = z.strictObject({
  moves: z
    .string()
    .regex(/^[1-9]*$/, 'cells from 1 to 9, as in "519"')
    .superRefine((moves, { addIssue }) => {
      const problem = positionProblem(moves)
      if (problem !== undefined) addIssue({ code: 'custom', message: problem })
    })
    .default(''),
})
export type TicTacToeTask = z.input<typeof ticTacToeTask>

export interface TicTacToeState {
  /** Cells of the side to move: bit 0 is cell 1. */
  readonly mine: number
  /** Cells of the side that has just moved. */
  readonly theirs: number
  /** Stones on the board. */
  readonly ply: number
  /** The side that has just moved has three in a row. */
  readonly won: boolean
  /** The first move after the task's position; 0 before it. */
  readonly first: number
}

const lines = [0b111, 0b111000, 0b111000000, 0b1001001, 0b10010010, 0b100100100, 0b100010001, 0b001010100]
const full = 0b111111111
const over: readonly number[] = Object.freeze([])
const empties = Array.from({ length: full + 1 }, (_, board) =>
  Object.freeze([1, 2, 3, 4, 5, 6, 7, 8, 9].filter((cell) => (board & (1 << (cell - 1))) === 0)),
)

/**
 * Tic-tac-toe. Actions are cells 1 to 9; a win is worth 1 to its maker, a draw 0. The answer is the first move after the task's position.
 * @example
 * const environment = ticTacToe()
 * environment.actions(environment.initial({ moves: '519' })) // [2, 3, 4, 6, 7, 8]
 */
export function ticTacToe() {
  return {
    name: 'tic-tac-toe',
    initial: ({ moves = '' }: TicTacToeTask): TicTacToeState => start(moves),
    step(state: TicTacToeState, cell: number): Step<TicTacToeState> {
      if (!actions(state).includes(cell))
        throw new BanyanError('E_MOVE_ILLEGAL', 'the cell cannot be taken', { seen: cell, wanted: `one of ${actions(state).join(', ')}` })
      const next = place(state, cell)
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

function start(moves: string): TicTacToeState {
  let state: TicTacToeState = { mine: 0, theirs: 0, ply: 0, won: false, first: 0 }
  for (const [index, move] of [...moves].entries()) {
    if (!actions(state).includes(Number(move)))
      throw new BanyanError('E_TASK_MOVES', `move ${index + 1} of the position cannot be played`, {
        seen: move,
        wanted: state.won ? 'no move after the end of the game' : `one of ${actions(state).join(', ')}`,
      })
    state = { ...place(state, Number(move)), first: 0 }
  }
  return state
}

/** Why no move can be asked for after these moves; undefined when one can. */
function positionProblem(moves: string): string | undefined {
  try {
    return actions(start(moves)).length === 0 ? 'a game that is not over' : undefined
  } catch (error) {
    return (error as Error).message
  }
}

function actions(state: TicTacToeState): readonly number[] {
  return state.won ? over : (empties[state.mine | state.theirs] ?? over)
}

function place(state: TicTacToeState, cell: number): TicTacToeState {
  const board = state.mine | (1 << (cell - 1))
  return { mine: state.theirs, theirs: board, ply: state.ply + 1, won: hasLine(board), first: state.first === 0 ? cell : state.first }
}

function hasLine(board: number): boolean {
  for (const line of lines) if ((board & line) === line) return true
  return false
}

function rollout(state: TicTacToeState, random: Random): number {
  if (state.won) return -1
  let { mine, theirs } = state
  for (let sign = 1; (mine | theirs) !== full; sign = -sign) {
    const cells = empties[mine | theirs]!
    const board = mine | (1 << (cells[random.below(cells.length)]! - 1))
    if (hasLine(board)) return sign
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
