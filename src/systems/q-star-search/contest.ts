// The puzzles of the experiment, and one search of each arm on one of them.
import type { Amounts } from '../../core/common.ts'
import type { Evaluator } from '../../core/evaluator.ts'
import { search } from '../../core/search.ts'
import type { Searcher } from '../../core/searcher.ts'
import { aStar } from '../../core/searchers/a-star.ts'
import {
  type Board,
  boardKey,
  lightsOut,
  type Puzzle,
  type PuzzleState,
  possibleMoves,
  puzzle,
  slidingTiles,
  withMacroMoves,
} from '../../environments/puzzles.ts'
import { netReader } from '../../learning/cost-to-go.ts'
import type { Mlp } from '../../learning/nets/mlp.ts'
import type { Kernels } from '../../learning/tensor/kernels.ts'
import { actionCosts, netEvaluationsUnit, stateCosts } from './evaluators.ts'
import { partialExpansion } from './partial-expansion.ts'
import { qStarSearch } from './searcher.ts'

/** Puzzles without macro-moves, by name. */
const basePuzzles: Readonly<Record<string, () => Puzzle>> = {
  lights: () => lightsOut({ size: 5 }),
  'lights-4': () => lightsOut({ size: 4 }),
  tiles: () => slidingTiles({ size: 3 }),
}

/** A puzzle with one number of actions, and the nets that know costs of it. */
export interface Contest {
  readonly base: Puzzle
  /** Of macro-moves. */
  readonly length: number
  readonly rules: Puzzle
  readonly valueNet: Mlp
  readonly qNet: Mlp
  readonly kernels: Kernels
}

/** A puzzle with macro-moves of up to a length. */
export function contestPuzzle(name: string, length: number): { readonly base: Puzzle; readonly rules: Puzzle } {
  const base = basePuzzles[name]!()
  return { base, rules: withMacroMoves(base, length) }
}

/** λ and N, the same for all arms but where an arm is greedy. */
export interface Weights {
  readonly pathWeight: number
  readonly batch: number
}

interface Arm {
  readonly net: 'q' | 'value'
  /** Boards that were asked about are not asked about again. */
  readonly remembers: boolean
  searcher(weights: Weights): Searcher
}

/** Arms by name. */
export const arms: Readonly<Record<string, Arm>> = {
  'q-star': { net: 'q', remembers: true, searcher: qStarSearch },
  'a-star': { net: 'value', remembers: true, searcher: (weights) => aStar({ ...weights, top: 0 }) },
  deferred: { net: 'value', remembers: true, searcher: qStarSearch },
  'partial-expansion': { net: 'value', remembers: false, searcher: partialExpansion },
  greedy: { net: 'value', remembers: true, searcher: ({ batch }) => aStar({ batch, pathWeight: 0, top: 0 }) },
  'greedy-q': { net: 'q', remembers: true, searcher: ({ batch }) => qStarSearch({ batch, pathWeight: 0 }) },
}

/** What a search came to. */
export interface Found {
  readonly solved: boolean
  /** Of the path; undefined where there is none. */
  readonly cost: number | undefined
  readonly evaluations: number
  readonly made: number
}

/** Searches from one board. */
export async function searched(
  contest: Contest,
  arm: Arm,
  board: Board,
  {
    weights,
    most,
    seed,
    signal,
  }: { readonly weights: Weights; readonly most: number; readonly seed: number; readonly signal: AbortSignal },
): Promise<Found> {
  const { rules } = contest
  const { usage, answer, tree, node } = await search({
    ...{ environment: puzzle(rules), task: { board: [...board] }, evaluator: evaluatorOf(contest, arm), searcher: arm.searcher(weights) },
    ...{ units: [netEvaluationsUnit], budget: { [netEvaluationsUnit]: most, nodes: 1_000_000 }, concurrency: weights.batch, seed, signal },
  })
  const costs = tree.column('pathCost', 1).values
  const cost = answer === undefined ? undefined : tree.path(node!).reduce((sum, one) => sum + (one === tree.root ? 0 : costs[one]!), 0)
  const { [netEvaluationsUnit]: evaluations = 0 } = usage as Amounts
  return { solved: answer !== undefined, cost, evaluations, made: tree.size }
}

function evaluatorOf({ rules, valueNet, qNet, kernels }: Contest, { net, remembers }: Arm): Evaluator<PuzzleState> {
  const key = remembers ? { key: ({ board }: PuzzleState) => boardKey(board) } : {}
  const settings = { net }
  if (net === 'value') {
    const read = netReader(rules, valueNet, kernels)
    return stateCosts<PuzzleState>({ ...key, settings, costs: (states) => Array.from(read(states.map(({ board }) => board))) })
  }
  const read = netReader(rules, qNet, kernels)
  const outputs = rules.moves.length
  return actionCosts<PuzzleState>({
    ...key,
    settings,
    costs: (states) => {
      const q = read(states.map(({ board }) => board))
      return states.map(({ board }, row) =>
        possibleMoves(rules, board).map((move) => Math.max(rules.costs[move]!, q[row * outputs + move]!)),
      )
    },
  })
}
