// Lights Out: pressing a cell switches it and its neighbours. All moves commute, and each undoes itself.
import { type Board, type Puzzle, wantSize } from './puzzle.ts'

/**
 * Lights Out on n × n cells: the goal is that all are off. Moves are cells to press, named by column and row: `a1` is the first of the first row.
 *
 * @param options `size`: n, from 2 to 9; default 5.
 * @throws BanyanError E_PUZZLE_SIZE
 * @example
 * const puzzle = lightsOut({ size: 2 })
 * puzzle.move(puzzle.goal, puzzle.moves.indexOf('a1')) // [1, 1, 1, 0]
 */
export function lightsOut(options: { readonly size?: number } = {}): Puzzle {
  const { size = 5 } = options
  wantSize('lights out', 'size', size, 2, 9)
  const cells = Array.from({ length: size * size }, (_, cell) => cell)
  const goal = cells.map(() => 0)
  const switched = cells.map((cell) => {
    const [row, column] = [Math.floor(cell / size), cell % size]
    return cells.filter((other) => Math.abs(Math.floor(other / size) - row) + Math.abs((other % size) - column) <= 1)
  })
  return {
    name: `lights-out-${size}`,
    moves: cells.map((cell) => `${'abcdefghi'[cell % size]}${1 + Math.floor(cell / size)}`),
    costs: cells.map(() => 1),
    goal,
    pieces: 2,
    possible: [cells],
    samples: [goal],
    kind: () => 0,
    move(board: Board, cell: number): Board {
      const next = board.slice()
      for (const other of switched[cell]!) next[other] = 1 - next[other]!
      return next
    },
    valid: (board) => board.every((light) => light === 0 || light === 1),
    render: (board) =>
      Array.from({ length: size }, (_, row) =>
        board
          .slice(row * size, (row + 1) * size)
          .map((light) => (light === 1 ? '*' : '.'))
          .join(' '),
      ).join('\n'),
  }
}
