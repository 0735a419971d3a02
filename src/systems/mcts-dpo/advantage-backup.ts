// The backup of MCTS-DPO: a step is worth by how much it changes the value of where it leads, and what comes after.
import type { NodeId } from '../../core/common.ts'
import type { Backup } from '../../core/searchers/backup.ts'
import type { Tree } from '../../core/tree.ts'

/**
 * r(s, a) = v(s′) − v(s), Q(s, a) = r(s, a) + V(s′), V(s) = Σ_a max(1, N(a)) Q(s, a) / Σ_a max(1, N(a)), 0 while nothing follows
 * (MCTS-DPO, arXiv:2405.00451, section 2.1). A node's mean is the Q of the step that led to it. For one player. One for each search.
 */
export function advantageBackup(): Backup {
  /** v of each state, as it was evaluated. */
  const values = new Map<NodeId, number>()
  return {
    name: 'advantage',
    update(tree, node, value, leaf) {
      if (leaf) values.set(node, value)
      const above = tree.parent[node]!
      const before = above < 0 ? 0 : (values.get(above) ?? 0)
      const visits = ++tree.visits[node]!
      tree.valueSum[node] = visits * ((values.get(node) ?? 0) - before + stateValue(tree, node))
    },
  }
}

function stateValue(tree: Tree, node: NodeId): number {
  let [sum, weights] = [0, 0]
  for (const child of tree.children(node)) {
    if (tree.visits[child] === 0) continue
    const weight = Math.max(1, tree.visits[child]!)
    sum += weight * tree.mean(child)
    weights += weight
  }
  return weights === 0 ? 0 : sum / weights
}
