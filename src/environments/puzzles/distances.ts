// Exact costs to the goal of small puzzles, for tests and measurements. It is no part of any search.
import { type Board, boardKey, type Puzzle, possibleMoves, wantSize } from './puzzle.ts'

/**
 * The cheapest cost from each board to the goal, by key, of all boards up to a cost: Dijkstra's algorithm from the goal by levels of whole costs.
 * Right for puzzles whose moves can each be taken back by one of the same cost.
 *
 * @param most the greatest cost of interest; default: all there are.
 * @throws BanyanError E_PUZZLE_SIZE when a cost is not a whole number from 1.
 * @example
 * exactCosts(slidingTiles({ size: 2 })).size // 12
 */
export function exactCosts(puzzle: Puzzle, most = Number.POSITIVE_INFINITY): Map<string, number> {
  for (const cost of puzzle.costs) wantSize(puzzle.name, 'cost of a move', cost, 1, 1000)
  const costs = new Map<string, number>()
  const levels: Board[][] = [[puzzle.goal]]
  for (let level = 0; level < levels.length && level <= most; level++) {
    for (const board of levels[level] ?? []) {
      const key = boardKey(board)
      if (costs.has(key)) continue
      costs.set(key, level)
      for (const move of possibleMoves(puzzle, board)) {
        const next = puzzle.move(board, move)
        const cost = level + puzzle.costs[move]!
        if (costs.has(boardKey(next)) || cost > most) continue
        while (levels.length <= cost) levels.push([])
        levels[cost]!.push(next)
      }
    }
    levels[level] = []
  }
  return costs
}
