// Costs that are learnt, beside those that breadth-first search knows.
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import {
  type Board,
  boardKey,
  exactCosts,
  isGoal,
  type Puzzle,
  possibleMoves,
  slidingTiles,
  withMacroMoves,
} from '../environments/puzzles.ts'
import { netReader, qNet, trainQNet, trainValueNet, valueNet } from './cost-to-go.ts'
import { referenceKernels as kernels } from './tensor/reference/reference.ts'

const tiles = slidingTiles({ size: 2 })
const exact = exactCosts(tiles)
/** All twelve boards but the goal, the farthest six moves away. */
const boards = [...exact.keys()].map((key): Board => [...key].map((piece) => piece.charCodeAt(0))).filter((board) => !isGoal(tiles, board))
const training = { kernels, steps: 500, batch: 16, walk: 9, walkBy: tiles, rate: 1e-2, checkEvery: 20, replaceBelow: 0.02 }

/** Greatest error over all boards and their moves. */
function worstOfMoves(puzzle: Puzzle, read: (boards: readonly Board[]) => Float32Array): number {
  const errors = boards.flatMap((board) => {
    const q = read([board]).slice()
    return possibleMoves(puzzle, board).map((move) => q[move]! - puzzle.costs[move]! - exact.get(boardKey(puzzle.move(board, move)))!)
  })
  return Math.max(...errors.map(Math.abs))
}

describe('costs to the goal', () => {
  it('are learnt by value iteration', () => {
    const net = valueNet(tiles, [24], { seed: 1 })
    const report = trainValueNet(tiles, net, { ...training, random: new Random(1) })
    const errors = netReader(tiles, net, kernels)(boards).map((value, at) => Math.abs(value - exact.get(boardKey(boards[at]!))!))
    expect(Math.max(...errors)).toBeLessThan(0.4)
    expect(report.replaced).toBeGreaterThan(5)
  })

  it.each([1, 2])('are learnt of moves by deep Q-learning, macro-moves of up to %i among them', (length) => {
    const puzzle = withMacroMoves(tiles, length)
    const net = qNet(puzzle, [24], { seed: 1 })
    trainQNet(puzzle, net, { ...training, random: new Random(1) })
    expect(worstOfMoves(puzzle, netReader(puzzle, net, kernels))).toBeLessThan(0.5)
  })

  it('take the same boards and as many rows in both, where as many moves are learnt from', () => {
    const short = { ...training, steps: 20 }
    const value = trainValueNet(tiles, valueNet(tiles, [4], { seed: 1 }), { ...short, random: new Random(3) })
    const macro = withMacroMoves(tiles, 3)
    const moves = (board: Board) => possibleMoves(tiles, board).length
    const q = trainQNet(macro, qNet(macro, [4], { seed: 1 }), { ...short, random: new Random(3), moves })
    // Moves that reach the goal ask the target net nothing.
    expect(value.netRows).toBeGreaterThan(20 * 16 * 2)
    expect(Math.abs(q.netRows / value.netRows - 1)).toBeLessThan(0.1)
  })
})
