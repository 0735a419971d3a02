// Sliding tiles: the 8-puzzle, the 15-puzzle and larger ones. Piece 0 is the gap.
import { type Board, type Puzzle, wantSize } from './puzzle.ts'

/** Which way a tile slides, and from where, seen from the gap: row and column. */
const ways = [
  { name: 'U', row: 1, column: 0 },
  { name: 'D', row: -1, column: 0 },
  { name: 'L', row: 0, column: 1 },
  { name: 'R', row: 0, column: -1 },
] as const

/**
 * The puzzle of n × n - 1 tiles: the goal is 1, 2, 3 … row by row, then the gap. Moves are the way in which a tile slides into the gap: U, D, L, R.
 *
 * @param options `size`: n, from 2 to 7; default 4.
 * @throws BanyanError E_PUZZLE_SIZE
 * @example
 * const puzzle = slidingTiles({ size: 3 })
 * puzzle.move([1, 2, 3, 4, 5, 6, 7, 0, 8], puzzle.moves.indexOf('L')) // the goal
 */
export function slidingTiles(options: { readonly size?: number } = {}): Puzzle {
  const { size = 4 } = options
  wantSize('sliding tiles', 'size', size, 2, 7)
  const cells = size * size
  const goal = Array.from({ length: cells }, (_, cell) => (cell + 1) % cells)
  /** By the gap's cell: from where each way brings a tile; -1 where there is none. */
  const sources = goal.map((_, gap) =>
    ways.map(({ row, column }) => {
      const [fromRow, fromColumn] = [Math.floor(gap / size) + row, (gap % size) + column]
      return fromRow < 0 || fromRow >= size || fromColumn < 0 || fromColumn >= size ? -1 : fromRow * size + fromColumn
    }),
  )

  function move(board: Board, way: number): Board {
    const gap = board.indexOf(0)
    const from = sources[gap]![way]!
    const next = board.slice()
    next[gap] = board[from]!
    next[from] = 0
    return next
  }

  return {
    name: `${cells - 1}-puzzle`,
    moves: ways.map(({ name }) => name),
    costs: ways.map(() => 1),
    goal,
    pieces: cells,
    possible: sources.map((from) => [0, 1, 2, 3].filter((way) => from[way]! >= 0)),
    samples: goal.map((_, gap) => Array.from({ length: cells }, (__, cell) => (cell === gap ? 0 : cell < gap ? cell + 1 : cell))),
    kind: (board) => board.indexOf(0),
    move,
    valid: (board) => new Set(board).size === cells && board.every((tile) => tile >= 0 && tile < cells),
    render(board) {
      const width = String(cells - 1).length
      const texts = board.map((tile) => (tile === 0 ? '.' : String(tile)).padStart(width))
      return Array.from({ length: size }, (_, row) => texts.slice(row * size, (row + 1) * size).join(' ')).join('\n')
    },
  }
}
