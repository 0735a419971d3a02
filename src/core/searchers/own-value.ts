// The value of a state that no evaluator judged.
import type { NodeId } from '../common.ts'
import type { Tree } from '../tree.ts'

/** Its reward where it is the end, else 0; from the side to move there. */
export function ownValue(tree: Tree, node: NodeId): number {
  if (!tree.terminal(node)) return 0
  const parent = tree.parent[node]!
  const opposed = tree.turn !== undefined && parent >= 0 && tree.turn[node] !== tree.turn[parent]
  return opposed ? -tree.reward(node) : tree.reward(node)
}
