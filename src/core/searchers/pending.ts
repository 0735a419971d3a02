// Counts the trials under way at or below nodes: what makes trials in flight keep apart (virtual visits).
import type { NodeId } from '../common.ts'
import { BanyanError } from '../errors.ts'
import type { Tree } from '../tree.ts'

/**
 * Adds to the trials under way at `from` and at every node above it, up to the root.
 * @throws `E_TREE_PENDING` when more are counted at a node than its array holds.
 */
export function addPending(tree: Tree, from: NodeId, change: number): void {
  const { pending, parent, root } = tree
  for (let node = from; ; node = parent[node]!) {
    const sum = pending[node]! + change
    if (sum > mostPending)
      throw new BanyanError('E_TREE_PENDING', 'too many trials are under way below one node', {
        seen: sum,
        wanted: `at most ${mostPending}`,
        hint: 'Lower the concurrency, or count fewer visits for each trial in flight.',
        fatal: true,
      })
    pending[node] = sum
    if (node === root || parent[node]! < 0) return
  }
}

/** What fits into `pending`. */
const mostPending = 65_535
