// Nodes whose texts are the same from the root on: a cache that is shared by prefixes holds them once.
import type { NodeId } from '../../core/common.ts'
import type { Tree } from '../../core/tree.ts'

/** Gives the first node with the same steps from the root. */
export type FirstAlike = (node: NodeId) => NodeId

/** For one tree; what was found is kept while it grows. */
export function firstAlike(tree: Tree): FirstAlike {
  const byStep = new Map<string, NodeId>()
  const known = new Map<NodeId, NodeId>([[tree.root, tree.root]])
  return function first(node: NodeId): NodeId {
    const found = known.get(node)
    if (found !== undefined) return found
    const step = `${first(tree.parent[node]!)} ${actionText(tree, node)}`
    const one = byStep.get(step) ?? node
    byStep.set(step, one)
    known.set(node, one)
    return one
  }
}

/** Nodes between the root, which is always there, and the leaf. */
export function pathOf(tree: Tree, leaf: NodeId, first: FirstAlike): NodeId[] {
  const path: NodeId[] = []
  for (let node = tree.parent[leaf]!; node !== tree.root; node = tree.parent[node]!) path.push(first(node))
  return path
}

/** The step that led to a node. */
export function actionText(tree: Tree, node: NodeId): string {
  const action = tree.action(node)
  return typeof action === 'string' ? action : JSON.stringify(action)
}
