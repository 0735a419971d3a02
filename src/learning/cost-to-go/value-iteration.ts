// Approximate value iteration (DeepCubeA, Agostinelli et al. 2019, Nature Machine Intelligence 1): a net learns a board's cost to the goal from
// what the target net says of all boards one move on.
import { type Board, featureCount, isGoal, type Puzzle, possibleMoves } from '../../environments/puzzles.ts'
import { type Mlp, mlp } from '../nets/mlp.ts'
import type { ParameterSource } from '../nets/parameters.ts'
import { reshape } from '../tensor/operations/arrange.ts'
import { type CostReport, type CostTraining, learnCosts } from './training.ts'

/** A net for costs to the goal: a board's features → one number. */
export function valueNet(puzzle: Puzzle, between: readonly number[], source: ParameterSource): Mlp {
  return mlp('value', { widths: [featureCount(puzzle), ...between, 1], activation: 'relu' }, source)
}

/**
 * Trains a net of {@link valueNet}: J(s) towards min_a c(s, a) + J_target(A(s, a)), where J of the goal is 0 and no other is less than the least
 * cost of a move.
 *
 * @example
 * const net = valueNet(puzzle, [64, 32], { seed: 1 })
 * trainValueNet(puzzle, net, { kernels, random: new Random(1), steps: 1000, batch: 128, walk: 20, rate: 2e-3 })
 */
export function trainValueNet(puzzle: Puzzle, net: Mlp, training: CostTraining): CostReport {
  const least = Math.min(...puzzle.costs)
  return learnCosts(puzzle, net, training, (tape, said, boards, target) => {
    const children: Board[] = []
    const steps: { readonly parent: number; readonly cost: number }[] = []
    const targets = new Float32Array(boards.length).fill(Number.POSITIVE_INFINITY)
    for (const [parent, board] of boards.entries())
      for (const move of possibleMoves(puzzle, board)) {
        const child = puzzle.move(board, move)
        const cost = puzzle.costs[move]!
        if (isGoal(puzzle, child)) targets[parent] = Math.min(targets[parent]!, cost)
        else {
          children.push(child)
          steps.push({ parent, cost })
        }
      }
    const values = target(children)
    for (const [at, { parent, cost }] of steps.entries()) targets[parent] = Math.min(targets[parent]!, cost + Math.max(least, values[at]!))
    return { predictions: reshape(tape, said, [boards.length]), targets }
  })
}
