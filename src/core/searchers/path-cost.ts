// What a step costs and what is left to pay, for searches by path cost. Pure functions; they know no search.
import type { NodeId } from '../common.ts'
import { BanyanError } from '../errors.ts'
import type { Evaluation } from '../evaluator.ts'
import type { Tree } from '../tree.ts'

/** How an evaluator's value v becomes an estimate h of the cost that is left: at least 0; infinite: nothing to be gained there. */
export const heuristics = {
  /** scale · max(0, top - v): for values that rise with progress. With top 0, v is minus the cost. */
  shortfall: (value: number, scale: number, top: number): number => scale * Math.max(0, top - value),
  /** -scale · ln v, for chances of success in [0, 1]. */
  log: (value: number, scale: number): number => (value <= 0 ? Number.POSITIVE_INFINITY : -scale * Math.log(Math.min(1, value))),
  /** scale · max(0, v): the value is a cost. Such an evaluator must leave verdicts to another, because the greatest certain value is a solution. */
  cost: (value: number, scale: number): number => scale * Math.max(0, value),
  /** 0: uniform-cost search (Dijkstra). */
  none: (): number => 0,
} as const

/** What a step costs. */
export const stepCosts = {
  /** The environment's `pathCost`, 1 where it gives none. */
  'path-cost': (tree: Tree, node: NodeId): number => tree.column('pathCost', 1).values[node]!,
  /** -log-probability of the action under its proposer, in nats. */
  'log-prob': (tree: Tree, node: NodeId): number => tree.logProb(tree.parent[node]!) - tree.logProb(node),
  /** `values.cost` of the evaluator. */
  evaluated: (_tree: Tree, _node: NodeId, evaluation: Evaluation | undefined): number => evaluation?.values?.cost ?? Number.NaN,
} as const

/**
 * Cost of the step to `node`.
 * @throws `E_SEARCHER_STEP_COST` when it is missing, negative or not finite.
 */
export function stepCost(by: keyof typeof stepCosts, tree: Tree, node: NodeId, evaluation: Evaluation | undefined): number {
  const cost = stepCosts[by](tree, node, evaluation)
  if (cost >= 0 && cost < Number.POSITIVE_INFINITY) return cost
  throw new BanyanError('E_SEARCHER_STEP_COST', `the cost of a step (${by}) cannot be used`, {
    seen: cost,
    wanted: 'a finite number of at least 0',
    hint: by === 'evaluated' ? 'The evaluator must give `values.cost` for every state.' : 'Shortest paths need costs that never fall.',
    fatal: true,
  })
}

/** The candidate after another in the order of costs, then of places; -1 behind the last. `after` -1 is before the first. */
export function following(costs: Float64Array | undefined, size: number, after: number): number {
  if (costs === undefined) return after + 1 < size ? after + 1 : -1
  const cost = (candidate: number): number => costs[candidate] ?? Number.POSITIVE_INFINITY
  const least = after < 0 ? Number.NEGATIVE_INFINITY : cost(after)
  let found = -1
  for (let candidate = 0; candidate < size; candidate++) {
    const later = cost(candidate) > least || (cost(candidate) === least && candidate > after)
    if (later && (found < 0 || cost(candidate) < cost(found))) found = candidate
  }
  return found
}
