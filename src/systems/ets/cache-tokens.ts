// What a search holds in the cache of keys and values, from its finished tree: any tree grown level by level can be measured so.
import type { NodeId } from '../../core/common.ts'
import type { Tree } from '../../core/tree.ts'
import { firstAlike, pathOf } from './alike.ts'

/**
 * Tokens of all different nodes on the paths to the states of a depth that were gone on from, the mean over depths from 1 (ETS, arXiv:2502.13575,
 * section 5.1). The prompt, which all methods hold alike, is not counted. 0 when nothing below the root was gone on from.
 */
export function cacheTokens(tree: Tree): number {
  const expanded = new Map<number, NodeId[]>()
  for (let node = 0; node < tree.size; node++) {
    if (node === tree.root || tree.children(node).length === 0) continue
    const depth = tree.depth[node]!
    expanded.set(depth, [...(expanded.get(depth) ?? []), node])
  }
  if (expanded.size === 0) return 0
  const first = firstAlike(tree)
  let sum = 0
  for (const leaves of expanded.values()) {
    const held = new Set<NodeId>()
    for (const leaf of leaves) for (const node of [...pathOf(tree, leaf, first), first(leaf)]) held.add(node)
    for (const node of held) sum += tree.tokenCount(node) - tree.tokenCount(tree.parent[node]!)
  }
  return sum / expanded.size
}
