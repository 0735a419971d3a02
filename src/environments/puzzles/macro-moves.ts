// Macro-moves: sequences of moves as moves of their own, which makes a puzzle with few actions one with thousands, at the same cheapest costs.
import { type Board, boardKey, type Puzzle, wantSize } from './puzzle.ts'

/**
 * The same puzzle with every sequence of up to `length` moves as one move, where it leads to a board that no shorter one and none before it leads
 * to. Costs add up, so that the cheapest cost of a board stays what it is. Single moves come first, then those of two, in the order of `moves`;
 * they are named by their moves with spaces between.
 *
 * @param length 1 to 8; 1 is the puzzle itself.
 * @throws BanyanError E_PUZZLE_SIZE
 * @example
 * withMacroMoves(pocketCube(), 3).moves.length // 9 + 54 + 321 = 384
 */
export function withMacroMoves(puzzle: Puzzle, length: number): Puzzle {
  wantSize('macro-moves', 'length', length, 1, 8)
  if (length === 1) return puzzle
  /** By kind: boards that were reached from its sample. */
  const reached = puzzle.samples.map((sample) => new Set([boardKey(sample)]))
  const sequences: (readonly number[])[] = []
  let longest: (readonly number[])[] = [[]]
  for (let count = 1; count <= length; count++) {
    const next: (readonly number[])[] = []
    for (const sequence of longest)
      for (const move of puzzle.moves.keys()) {
        const longer = [...sequence, move]
        let isNew = false
        for (const [kind, sample] of puzzle.samples.entries()) {
          const board = after(puzzle, sample, longer)
          const key = board === undefined ? undefined : boardKey(board)
          if (key === undefined || reached[kind]!.has(key)) continue
          reached[kind]!.add(key)
          isNew = true
        }
        if (isNew) next.push(longer)
      }
    sequences.push(...next)
    longest = next
  }
  return {
    ...puzzle,
    name: `${puzzle.name}-macro-${length}`,
    moves: sequences.map((sequence) => sequence.map((move) => puzzle.moves[move]!).join(' ')),
    costs: sequences.map((sequence) => sequence.reduce((sum, move) => sum + puzzle.costs[move]!, 0)),
    possible: puzzle.samples.map((sample) => [...sequences.keys()].filter((at) => after(puzzle, sample, sequences[at]!) !== undefined)),
    move: (board, macro) => {
      let to = board
      for (const move of sequences[macro]!) to = puzzle.move(to, move)
      return to
    },
  }
}

/** Undefined where a move is not possible. */
function after(puzzle: Puzzle, board: Board, sequence: readonly number[]): Board | undefined {
  let to = board
  for (const move of sequence) {
    if (!puzzle.possible[puzzle.kind(to)]!.includes(move)) return undefined
    to = puzzle.move(to, move)
  }
  return to
}
