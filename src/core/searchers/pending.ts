// Counts the trials under way at or below nodes: what makes trials in flight keep apart (virtual visits), and what they lose meanwhile (virtual loss).
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

/**
 * A child's mean while trials are under way below it, each counted as a visit that lost `virtualLoss`: (W - loss · pending) / (N + pending).
 * Chaslot, Winands and van den Herik, "Parallel Monte-Carlo Tree Search", CG 2008, section 3.3; Segal, "On the Scalability of Parallel UCT",
 * CG 2010.
 * With 0 it is the mean itself.
 *
 * @param sum of the child's values W, from the side that chooses.
 */
export function lessened(sum: number, visits: number, pending: number, virtualLoss: number): number {
  return (sum - virtualLoss * pending) / (virtualLoss === 0 ? visits : visits + pending)
}

/** What fits into `pending`. */
const mostPending = 65_535
