// What a puzzle is: boards, moves with costs, and one goal. Pure rules over arrays of small whole numbers, fast enough for millions of boards; searches
// and nets know nothing else of it.
import { BanyanError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'

/** A number for each cell: which piece lies there. Never changed in place. */
export type Board = readonly number[]

/** A puzzle whose every move can be taken back by other moves, so that walks from the goal reach only boards that can be solved. */
export interface Puzzle {
  readonly name: string
  /** All moves, by name, and what each costs: above 0. */
  readonly moves: readonly string[]
  readonly costs: readonly number[]
  readonly goal: Board
  /** Pieces are numbered from 0; a board has `goal.length` cells. */
  readonly pieces: number
  /** Boards of one kind allow the same moves: for each kind the places of its moves in `moves`, rising. */
  readonly possible: readonly (readonly number[])[]
  /** One board of each kind, on which sequences of moves that differ lead to different boards. */
  readonly samples: readonly Board[]
  /** The kind of a board. */
  kind(board: Board): number
  /** The board after a move, given by its place in `moves`, which must be possible. */
  move(board: Board, move: number): Board
  /** Whether pieces could lie so. Boards that have no way to the goal may pass. */
  valid(board: Board): boolean
  /** For people and models. */
  render(board: Board): string
}

/** Boards are equal when their texts are. */
export function boardKey(board: Board): string {
  return String.fromCharCode(...board)
}

/** Whether a board is the goal. */
export function isGoal({ goal }: Puzzle, board: Board): boolean {
  for (let cell = 0; cell < goal.length; cell++) if (board[cell] !== goal[cell]) return false
  return true
}

/** The moves that a board allows, as places in `moves`. */
export function possibleMoves(puzzle: Puzzle, board: Board): readonly number[] {
  return puzzle.possible[puzzle.kind(board)]!
}

/** The board after so many random moves from the goal, none of which takes the one before back at once. It may be the goal again. */
export function scrambled(puzzle: Puzzle, moves: number, random: Random): Board {
  let board = puzzle.goal
  let before: Board | undefined
  for (let made = 0; made < moves; made++) {
    const choices = possibleMoves(puzzle, board)
    for (;;) {
      const next = puzzle.move(board, choices[random.below(choices.length)]!)
      if (choices.length > 1 && before !== undefined && same(next, before)) continue
      before = board
      board = next
      break
    }
  }
  return board
}

function same(one: Board, other: Board): boolean {
  return one.every((piece, cell) => piece === other[cell])
}

/** How many numbers {@link writeFeatures} writes. */
export function featureCount({ goal, pieces }: Puzzle): number {
  return goal.length * (pieces === 2 ? 1 : pieces)
}

/** A board as numbers for a net, from `at` on: for each cell a 1 at the piece that lies there, 0 elsewhere; of two pieces, the number of the piece. */
export function writeFeatures({ goal, pieces }: Puzzle, board: Board, out: Float32Array, at: number): void {
  if (pieces === 2) {
    for (let cell = 0; cell < goal.length; cell++) out[at + cell] = board[cell]!
    return
  }
  out.fill(0, at, at + goal.length * pieces)
  for (let cell = 0; cell < goal.length; cell++) out[at + cell * pieces + board[cell]!] = 1
}

/** @throws BanyanError E_PUZZLE_SIZE unless it is a whole number of the range. */
export function wantSize(puzzle: string, what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new BanyanError('E_PUZZLE_SIZE', `${puzzle}: the ${what} is not possible`, {
    seen: value,
    wanted: `a whole number from ${least} to ${most}`,
  })
}
