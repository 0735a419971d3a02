// Connect four on bitboards. It knows the rules and nothing of good play. Seven bits a column (six cells and a gap, lowest cell first),
// columns 1-4 in the low 28 bits of one integer and columns 5-7 in another, so that all arithmetic stays in 32-bit integers.
import { z } from 'zod'
import type { Json } from '../core/common.ts'
import type { Environment, Step } from '../core/environment.ts'
import { BanyanError } from '../core/errors.ts'
import type { Random } from '../core/random.ts'

/** The columns played so far, 1 to 7, the players in turn: a legal game that is not over. */
export const connectFourTask = z.strictObject({
  moves: z
    .string()
    .regex(/^[1-7]*$/, 'columns from 1 to 7, as in "4453"')
    .superRefine((moves, { addIssue }) => {
      const problem = positionProblem(moves)
      if (problem !== undefined) addIssue({ code: 'custom', message: problem })
    })
    .default(''),
})
export type ConnectFourTask = z.input<typeof connectFourTask>

export interface ConnectFourState {
  /** Stones of the side to move: columns 1-4, columns 5-7. */
  readonly mineLow: number
  readonly mineHigh: number
  /** Stones of the side that has just moved. */
  readonly theirsLow: number
  readonly theirsHigh: number
  /** Three bits a column: how many stones lie in it. */
  readonly heights: number
  /** Stones on the board. */
  readonly ply: number
  /** The side that has just moved has four in a row. */
  readonly won: boolean
  /** The first move after the task's position; 0 before it. */
  readonly first: number
}

const columns = [1, 2, 3, 4, 5, 6, 7]
const cells = 42
/** Columns by the set of those that are not full: bit 0 is column 1. */
const open = Array.from({ length: 128 }, (_, set) => Object.freeze(columns.filter((column) => (set >> (column - 1)) & 1)))

/**
 * Connect four. Actions are columns 1 to 7; a win is worth 1 to its maker, a draw 0. The answer is the first move after the task's position.
 * @example
 * const environment = connectFour()
 * environment.actions(environment.initial({ moves: '444444' })) // [1, 2, 3, 5, 6, 7]
 */
export function connectFour() {
  return {
    name: 'connect-four',
    initial: ({ moves = '' }: ConnectFourTask): ConnectFourState => start(moves),
    step(state: ConnectFourState, column: number): Step<ConnectFourState> {
      if (!playable(state, column))
        throw new BanyanError('E_MOVE_ILLEGAL', 'the column cannot be played', {
          seen: column,
          wanted: `one of ${actions(state).join(', ')}`,
        })
      const next = drop(state, column)
      return { state: next, reward: next.won ? 1 : 0, terminal: next.won || next.ply === cells }
    },
    actions,
    answer: (state: ConnectFourState): number | undefined => (state.first === 0 ? undefined : state.first),
    turn: (state: ConnectFourState): number => state.ply & 1,
    key,
    render,
    rollout,
    encode: (state: ConnectFourState): Json => ({ ...state }),
    decode: (json: Json): ConnectFourState => ({ ...(json as unknown as ConnectFourState) }),
  } satisfies Environment<ConnectFourState, number, ConnectFourTask, number>
}

function start(moves: string): ConnectFourState {
  let state: ConnectFourState = { mineLow: 0, mineHigh: 0, theirsLow: 0, theirsHigh: 0, heights: 0, ply: 0, won: false, first: 0 }
  for (const [index, move] of [...moves].entries()) {
    if (!playable(state, Number(move)))
      throw new BanyanError('E_TASK_MOVES', `move ${index + 1} of the position cannot be played`, {
        seen: move,
        wanted: state.won ? 'no move after the end of the game' : `one of ${actions(state).join(', ')}`,
      })
    state = { ...drop(state, Number(move)), first: 0 }
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

function actions(state: ConnectFourState): readonly number[] {
  return open[state.won ? 0 : openSet(state.heights)]!
}

function playable(state: ConnectFourState, column: number): boolean {
  return !state.won && Number.isInteger(column) && column >= 1 && column <= 7 && ((state.heights >> (3 * (column - 1))) & 7) < 6
}

function drop(state: ConnectFourState, column: number): ConnectFourState {
  const index = column - 1
  const row = (state.heights >> (3 * index)) & 7
  const low = index < 4 ? state.mineLow | (1 << (7 * index + row)) : state.mineLow
  const high = index < 4 ? state.mineHigh : state.mineHigh | (1 << (7 * (index - 4) + row))
  return {
    mineLow: state.theirsLow,
    mineHigh: state.theirsHigh,
    theirsLow: low,
    theirsHigh: high,
    heights: state.heights + (1 << (3 * index)),
    ply: state.ply + 1,
    won: hasFour(low, high),
    first: state.first === 0 ? column : state.first,
  }
}

/** Bits of the columns with fewer than six stones. A height of six is 110, so bits 1 and 2 together mean full. */
function openSet(heights: number): number {
  let set = 0
  for (let index = 0; index < 7; index++) if (((heights >> (3 * index)) & 6) !== 6) set |= 1 << index
  return set
}

/** Whether stones hold four in a row: upwards, along a row, and on both diagonals. */
function hasFour(low: number, high: number): boolean {
  let l = low & (low >>> 1)
  let h = high & (high >>> 1)
  if ((l & (l >>> 2)) | (h & (h >>> 2))) return true
  l = low & ((low >>> 7) | ((high & 0x7f) << 21))
  h = high & (high >>> 7)
  if ((l & ((l >>> 14) | ((h & 0x3fff) << 14))) | (h & (h >>> 14))) return true
  l = low & ((low >>> 8) | ((high & 0xff) << 20))
  h = high & (high >>> 8)
  if ((l & ((l >>> 16) | ((h & 0xffff) << 12))) | (h & (h >>> 16))) return true
  l = low & ((low >>> 6) | ((high & 0x3f) << 22))
  h = high & (high >>> 6)
  return ((l & ((l >>> 12) | ((h & 0xfff) << 16))) | (h & (h >>> 12))) !== 0
}

/** Plays to the end at random, each open column equally likely; nothing is allocated. From the side to move in `state`. */
function rollout(state: ConnectFourState, random: Random): number {
  if (state.won) return -1
  let mineLow = state.mineLow
  let mineHigh = state.mineHigh
  let theirsLow = state.theirsLow
  let theirsHigh = state.theirsHigh
  let heights = state.heights
  let sign = 1
  for (let ply = state.ply; ply < cells; ply++) {
    let index = random.below(7)
    while (((heights >> (3 * index)) & 6) === 6) index = random.below(7)
    const row = (heights >> (3 * index)) & 7
    heights += 1 << (3 * index)
    if (index < 4) mineLow |= 1 << (7 * index + row)
    else mineHigh |= 1 << (7 * (index - 4) + row)
    if (hasFour(mineLow, mineHigh)) return sign
    const heldLow = mineLow
    const heldHigh = mineHigh
    mineLow = theirsLow
    mineHigh = theirsHigh
    theirsLow = heldLow
    theirsHigh = heldHigh
    sign = -sign
  }
  return 0
}

/** Stones of the mover plus all stones: in each column the sum names height and pattern, so positions differ in this 49-bit number. */
function key(state: ConnectFourState): string {
  const low = state.mineLow + (state.mineLow | state.theirsLow)
  const high = state.mineHigh + (state.mineHigh | state.theirsHigh)
  return (high * 2 ** 28 + low).toString(36)
}

function render(state: ConnectFourState): string {
  const even = state.ply % 2 === 0
  const rows: string[] = []
  for (let row = 5; row >= 0; row--) rows.push(columns.map((column) => stone(state, column - 1, row, even)).join(' '))
  const [mover, waiting] = even ? ['X', 'O'] : ['O', 'X']
  const status = state.won ? `${waiting} has won.` : state.ply === cells ? 'A draw.' : `${mover} to move.`
  return `${columns.join(' ')}\n${rows.join('\n')}\n${status}`
}

function stone(state: ConnectFourState, index: number, row: number, even: boolean): string {
  const bit = 1 << (7 * (index % 4) + row)
  const mine = ((index < 4 ? state.mineLow : state.mineHigh) & bit) !== 0
  const theirs = ((index < 4 ? state.theirsLow : state.theirsHigh) & bit) !== 0
  return mine ? (even ? 'X' : 'O') : theirs ? (even ? 'O' : 'X') : '.'
}
