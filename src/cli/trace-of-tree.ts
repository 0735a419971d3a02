// A search's tree in the form in which trees are read from logs, for runs that keep only seed and checkpoints and are computed again.
import type { Json, NodeId } from '../core/common.ts'
import { proof, type Tree } from '../core/tree.ts'
import type { TraceNode, TraceTree } from '../traces/query.ts'

/** Statistics are the searcher's own; trials and single evaluations are not kept. */
export function traceOfTree(tree: Tree, best: NodeId | undefined): TraceTree {
  const node = (id: NodeId): TraceNode => {
    const children = tree.children(id).map(node)
    const value = tree.mean(id)
    const won = tree.solved(id) || (tree.turn !== undefined && tree.proven(id) === proof.win)
    return {
      id,
      parent: tree.parent[id]!,
      depth: tree.depth[id]!,
      ...(id === tree.root ? {} : { action: tree.action(id) as Json, prior: tree.prior(id) }),
      reward: tree.reward(id),
      terminal: tree.terminal(id),
      visits: tree.visits[id]!,
      ...(Number.isNaN(value) ? {} : { value }),
      evaluations: won ? [{ value: 1, certain: true }] : tree.dead(id) ? [{ value: 0, certain: true }] : [],
      candidates: tree.blockSize[id]!,
      untried: tree.blockSize[id]! - children.length,
      rewritten: [],
      status: 'ok',
      trials: [],
      children,
    }
  }
  return {
    header: undefined,
    end: undefined,
    root: node(tree.root),
    at: tree.root,
    size: tree.size,
    best: best === undefined ? [] : tree.path(best),
  }
}
