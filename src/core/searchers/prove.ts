// Proven wins and losses (MCTS-Solver, Winands et al. 2008). For one player a win is a solution, and a loss is a node below which nothing is left to try.
import type { NodeId } from '../common.ts'
import { failed, proof, type Tree } from '../tree.ts'

/**
 * Marks a node as proven, and its ancestors as far as that proves them.
 * @returns the highest node that was marked.
 */
export function prove(tree: Tree, node: NodeId, proven: number): NodeId {
  tree.setProven(node, proven)
  let highest = node
  while (highest !== tree.root) {
    const above = tree.parent[highest]!
    if (above < 0 || tree.proven(above) !== proof.open) break
    const follows = provenByChildren(tree, above)
    if (follows === proof.open) break
    tree.setProven(above, follows)
    highest = above
  }
  return highest
}

/** What the value of a finished state proves, from the side to move there. */
export function proofOf(tree: Tree, node: NodeId, value: number): number {
  if (tree.turn === undefined) return tree.solved(node) ? proof.win : proof.loss
  return value > 0 ? proof.win : value < 0 ? proof.loss : proof.draw
}

/** What the children of a node prove of it. */
export function provenByChildren(tree: Tree, node: NodeId): number {
  const { turn } = tree
  let all = tree.complete(node)
  let draw = false
  const end = tree.blockStart[node]! + tree.blockSize[node]!
  for (let slot = tree.blockStart[node]!; slot < end; slot++) {
    const child = tree.childOf[slot]!
    if (child === failed) continue
    const known = child < 0 ? proof.open : tree.proven(child)
    const opposed = child >= 0 && turn !== undefined && turn[child] !== turn[node]
    if (known === (opposed ? proof.loss : proof.win)) return proof.win
    if (known === proof.open) all = false
    else if (known === proof.draw) draw = true
  }
  return all ? (draw ? proof.draw : proof.loss) : proof.open
}
