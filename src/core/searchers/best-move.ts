// The move to make in a game: a proven win; else the most visited child that is not proven lost; a proven draw when that looks worse.
import type { NodeId } from '../common.ts'
import { proof, type Tree } from '../tree.ts'

/** The best child of the root; undefined when it has none. */
export function bestMove(tree: Tree): NodeId | undefined {
  let open: NodeId | undefined
  let draw: NodeId | undefined
  let lost: NodeId | undefined
  for (const child of tree.children(tree.root)) {
    const opposed = tree.turn !== undefined && tree.turn[child] !== tree.turn[tree.root]
    const proven = tree.proven(child)
    if (proven === (opposed ? proof.loss : proof.win)) return child
    if (proven === proof.draw) draw ??= child
    else if (proven === proof.open) open = moreVisited(tree, child, open)
    else lost = moreVisited(tree, child, lost)
  }
  if (open === undefined) return draw ?? lost
  const opposed = tree.turn !== undefined && tree.turn[open] !== tree.turn[tree.root]
  const value = opposed ? -tree.mean(open) : tree.mean(open)
  return draw !== undefined && !(value >= 0) ? draw : open
}

function moreVisited(tree: Tree, node: NodeId, other: NodeId | undefined): NodeId {
  return other === undefined || tree.visits[node]! > tree.visits[other]! ? node : other
}
