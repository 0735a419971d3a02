// What a tree knows of a node's actions, as arrays with one entry for each candidate.
import type { NodeId } from '../common.ts'
import { failed, type Tree, underWay } from '../tree.ts'
import type { ActionStatistics } from './improved-policy.ts'

/** Values are from the side to move at the node. Candidates that failed have prior 0. */
export function statisticsOf(tree: Tree, node: NodeId): ActionStatistics {
  const start = tree.blockStart[node]!
  const size = tree.blockSize[node]!
  const priors: number[] = []
  const visits: number[] = []
  const values: number[] = []
  for (let slot = start; slot < start + size; slot++) {
    const child = tree.childOf[slot]!
    const prior = tree.uniform ? 1 / size : tree.priors[slot]!
    const count = child >= 0 ? tree.visits[child]! : 0
    priors.push(child === failed ? 0 : prior)
    visits.push(count)
    values.push(count === 0 ? 0 : tree.turn !== undefined && tree.turn[child] !== tree.turn[node] ? -tree.mean(child) : tree.mean(child))
  }
  return { priors, visits, values }
}

/** Trials under way at or below a candidate. */
export function flyingAt(tree: Tree, node: NodeId, candidate: number): number {
  const child = tree.child(node, candidate)
  return child >= 0 ? tree.pending[child]! : child === underWay ? 1 : 0
}
