// Deep Q-learning of costs (Q* search, Agostinelli et al. 2021, arXiv:2102.04518): one pass gives, for every move of a board, its cost together
// with the cost to the goal of where it leads.
import { Random } from '../../core/random.ts'
import { type Board, featureCount, isGoal, type Puzzle, possibleMoves } from '../../environments/puzzles.ts'
import { type Mlp, mlp } from '../nets/mlp.ts'
import type { ParameterSource } from '../nets/parameters.ts'
import { reshape } from '../tensor/operations/arrange.ts'
import { gatherRows } from '../tensor/operations/rows.ts'
import { type CostReport, type CostTraining, learnCosts } from './training.ts'

/** How a Q-net learns, beyond what all do. */
export interface DeepQTraining extends CostTraining {
  /** How many moves of a board are learnt from: all where there are no more. Default: as many as are possible there. */
  readonly moves?: (board: Board) => number
  /** Share of moves that are drawn evenly; the others are drawn in proportion to exp(-q / temperature). Default 0.5. */
  readonly explore?: number
  /** In units of cost. Default 1. */
  readonly temperature?: number
  /** Decides on moves. Default: a stream of its own, the same each time. */
  readonly moveRandom?: Random
}

/** A net for costs by move: a board's features → one number for each of the puzzle's moves. */
export function qNet(puzzle: Puzzle, between: readonly number[], source: ParameterSource): Mlp {
  return mlp('q', { widths: [featureCount(puzzle), ...between, puzzle.moves.length], activation: 'relu' }, source)
}

/**
 * Trains a net of {@link qNet}: q(s, a) towards c(s, a) + min_a' q_target(s', a') over the moves that are possible in s' = A(s, a), and towards
 * c(s, a) where s' is the goal. No move is taken to cost less than it does by itself.
 *
 * @example
 * const net = qNet(puzzle, [64, 32], { seed: 1 })
 * trainQNet(puzzle, net, { kernels, random: new Random(1), steps: 1000, batch: 128, walk: 20, rate: 2e-3 })
 */
export function trainQNet(puzzle: Puzzle, net: Mlp, training: DeepQTraining): CostReport {
  const { explore = 0.5, temperature = 1, moveRandom = new Random(0, 'moves to learn from') } = training
  const outputs = puzzle.moves.length
  return learnCosts(puzzle, net, training, (tape, said, boards, target) => {
    const picked: number[] = []
    const children: Board[] = []
    const places: number[] = []
    const costs: number[] = []
    for (const [row, board] of boards.entries()) {
      const possible = possibleMoves(puzzle, board)
      const q = said.data.subarray(row * outputs, (row + 1) * outputs)
      for (const move of chosen(possible, training.moves?.(board) ?? possible.length, q, { explore, temperature }, moveRandom)) {
        const child = puzzle.move(board, move)
        picked.push(row * outputs + move)
        if (!isGoal(puzzle, child)) {
          places.push(costs.length)
          children.push(child)
        }
        costs.push(puzzle.costs[move]!)
      }
    }
    const targets = Float32Array.from(costs)
    const answers = target(children)
    for (const [at, child] of children.entries()) targets[places[at]!]! += cheapest(puzzle, child, answers, at * outputs)
    const rows = reshape(tape, said, [boards.length * outputs, 1])
    return { predictions: reshape(tape, gatherRows(tape, rows, Int32Array.from(picked)), [picked.length]), targets }
  })
}

/** The least of a board's entries from `at` on, none taken to be less than the move's own cost. */
function cheapest(puzzle: Puzzle, board: Board, q: Float32Array, at: number): number {
  let least = Number.POSITIVE_INFINITY
  for (const move of possibleMoves(puzzle, board)) least = Math.min(least, Math.max(puzzle.costs[move]!, q[at + move]!))
  return least
}

/** Moves to learn from, which may come twice where not all are taken. */
function chosen(
  possible: readonly number[],
  count: number,
  q: Float32Array,
  { explore, temperature }: { readonly explore: number; readonly temperature: number },
  random: Random,
): readonly number[] {
  if (count >= possible.length) return possible
  const weights = new Float64Array(explore >= 1 ? 0 : possible.length)
  let least = Number.POSITIVE_INFINITY
  for (const move of possible) least = Math.min(least, q[move]!)
  for (let at = 0; at < weights.length; at++) weights[at] = Math.exp((least - q[possible[at]!]!) / temperature)
  return Array.from({ length: count }, () => possible[random.unit() < explore ? random.below(possible.length) : random.weighted(weights)]!)
}
