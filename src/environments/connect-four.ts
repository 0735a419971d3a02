// Connect four on bitboards. It knows the rules and nothing of good play. Seven bits a column (six cells and a gap, lowest cell first),
// columns 1-4 in the low 28 bits of one integer and columns 5-7 in another, so that all arithmetic stays in 32-bit integers.
import type { z } from 'zod'
import type { Json } from '../core/common.ts'
import type { Environment, Step } from '../core/environment.ts'
import type { Random } from '../core/random.ts'
import { type Game, illegalMove, position, positionTask } from './position.ts'

/** Discs, and the side to move. */
export interface ConnectFourState {
  /** Stones of the side to move: columns 1-4, columns 5-7. */
  readonly mineLow: number
  readonly mineHigh: number
  /** Stones of the side that has just moved. */
  readonly theirsLow: number
  readonly theirsHigh: number
  /** Stones on the board. */
  readonly ply: number
  /** The side that has just moved has won. */
  readonly won: boolean
  /** The first move after the task's position; 0 before it. */
  readonly first: number
}

const columns = [1, 2, 3, 4, 5, 6, 7]
const cells = 42
/** Columns by the set of those that are not full: bit 0 is column 1. Not frozen, which would make reading them several times slower. */
const open: readonly (readonly number[])[] = Array.from({ length: 128 }, (_, set) => columns.filter((column) => (set >> (column - 1)) & 1))
const anyColumn = open[127]!
/**
 * The lowest and all cells of each column (from 0), in both integers; the eighth has none. Stones lie without gaps, so adding the lowest
 * cell to all stones sets the first free one, or the gap above a full column.
 */
const lowestLow = Int32Array.from({ length: 8 }, (_, index) => (index < 4 ? 1 << (7 * index) : 0))
const lowestHigh = Int32Array.from({ length: 8 }, (_, index) => (index >= 4 && index < 7 ? 1 << (7 * (index - 4)) : 0))
const cellsLow = lowestLow.map((cell) => cell * 0b111111)
const cellsHigh = lowestHigh.map((cell) => cell * 0b111111)
/** The highest cells of all columns. */
const topLow = lowestLow.reduce((sum, cell) => sum | (cell << 5), 0)
const topHigh = lowestHigh.reduce((sum, cell) => sum | (cell << 5), 0)

const game: Game<ConnectFourState> = {
  empty: { mineLow: 0, mineHigh: 0, theirsLow: 0, theirsHigh: 0, ply: 0, won: false, first: 0 },
  actions,
  play,
  asTask: (state) => ({ ...state, first: 0 }),
}

/** The columns played so far, 1 to 7, the players in turn: a legal game that is not over. */
export const connectFourTask = positionTask(game, 7, 'columns from 1 to 7, as in "4453"')
/** A position, by the columns that were played. */
export type ConnectFourTask = z.input<typeof connectFourTask>

/**
 * Connect four. Actions are columns 1 to 7; a win is worth 1 to its maker, a draw 0. The answer is the first move after the task's position.
 * @example
 * const environment = connectFour()
 * environment.actions(environment.initial({ moves: '444444' })) // [1, 2, 3, 5, 6, 7]
 */
export function connectFour() {
  return {
    name: 'connect-four',
    initial: ({ moves = '' }: ConnectFourTask): ConnectFourState => position(game, moves),
    step(state: ConnectFourState, column: number): Step<ConnectFourState> {
      if (!playable(state, column)) throw illegalMove('the column cannot be played', column, actions(state))
      const next = play(state, column)
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

function actions(state: ConnectFourState): readonly number[] {
  if (state.won) return open[0]!
  const low = (state.mineLow | state.theirsLow) & topLow
  const high = (state.mineHigh | state.theirsHigh) & topHigh
  return (low | high) === 0 ? anyColumn : open[openSet(low, high)]!
}

/** The columns whose highest cell is free. */
function openSet(low: number, high: number): number {
  let set = 0
  for (let index = 0; index < 7; index++) if (((low & cellsLow[index]!) | (high & cellsHigh[index]!)) === 0) set |= 1 << index
  return set
}

function playable(state: ConnectFourState, column: number): boolean {
  if (state.won || !(column >= 1 && column <= 7) || !Number.isInteger(column)) return false
  const index = column - 1
  return (
    (((state.mineLow | state.theirsLow) & topLow & cellsLow[index]!) |
      ((state.mineHigh | state.theirsHigh) & topHigh & cellsHigh[index]!)) ===
    0
  )
}

function play(state: ConnectFourState, column: number): ConnectFourState {
  const { mineLow, mineHigh, theirsLow, theirsHigh, ply, first } = state
  const index = column - 1
  const low = mineLow | (((mineLow | theirsLow) + lowestLow[index]!) & cellsLow[index]!)
  const high = mineHigh | (((mineHigh | theirsHigh) + lowestHigh[index]!) & cellsHigh[index]!)
  return {
    mineLow: theirsLow,
    mineHigh: theirsHigh,
    theirsLow: low,
    theirsHigh: high,
    ply: ply + 1,
    won: hasFour(low, high),
    first: first === 0 ? column : first,
  }
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

/**
 * Plays to the end at random, each open column equally likely; nothing is allocated. From the side to move in `state`.
 * A random integer serves ten draws of three bits each; those that name a full column, or none, are drawn again.
 */
function rollout(state: ConnectFourState, random: Random): number {
  if (state.won) return -1
  let { mineLow, mineHigh, theirsLow, theirsHigh } = state
  let sign = 1
  let bits = 0
  let draws = 0
  for (let { ply } = state; ply < cells; ply++) {
    let low = 0
    let high = 0
    while ((low | high) === 0) {
      if (draws === 0) {
        bits = random.integer() | 0
        draws = 10
      }
      const index = bits & 7
      bits >>>= 3
      draws--
      low = ((mineLow | theirsLow) + lowestLow[index]!) & cellsLow[index]!
      high = ((mineHigh | theirsHigh) + lowestHigh[index]!) & cellsHigh[index]!
    }
    low |= mineLow
    high |= mineHigh
    if (hasFour(low, high)) return sign
    mineLow = theirsLow
    mineHigh = theirsHigh
    theirsLow = low
    theirsHigh = high
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
