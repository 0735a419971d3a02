// What searchers that are made of other searchers need: choosing among the answers that several of them found.
import type { NodeId } from '../common.ts'
import type { Tree } from '../tree.ts'
import { BestNodes } from './best.ts'

/** The best of some nodes, by what was backed up there, from the side to move at the root; the first among equals. */
export function bestAmong(tree: Tree, nodes: Iterable<NodeId | undefined>): NodeId | undefined {
  return shown(tree, nodes).node
}

/** The `count` best of some nodes, best first, with different answers. */
export function answersAmong(tree: Tree, nodes: Iterable<NodeId | undefined>, count: number): NodeId[] {
  return shown(tree, nodes).answers(tree, count)
}

function shown(tree: Tree, nodes: Iterable<NodeId | undefined>): BestNodes {
  const best = new BestNodes()
  for (const node of nodes) if (node !== undefined) best.consider(tree, node, worth(tree, node))
  return best
}

/** Mean of a node's values from the side to move at the root; -∞ without any. */
export function worth(tree: Tree, node: NodeId): number {
  if (tree.visits[node] === 0) return Number.NEGATIVE_INFINITY
  return tree.turn !== undefined && tree.turn[node] !== tree.turn[tree.root] ? -tree.mean(node) : tree.mean(node)
}
