// Answers by weight: equal answers are counted together.
import type { NodeId } from '../common.ts'
import type { Tree } from '../tree.ts'

/** One node for each different answer (the first that gave it): solved ones first, then by the sum of weights, then the first. */
export function heaviest(tree: Tree, ends: Iterable<{ readonly node: NodeId; readonly weight: number }>): NodeId[] {
  const tally = new Map<string, { node: NodeId; weight: number; solved: boolean }>()
  for (const { node, weight } of ends) {
    const answer = tree.answer(node)
    if (answer === undefined) continue
    const solved = tree.solved(node)
    const entry = tally.get(answer)
    if (entry === undefined) tally.set(answer, { node, weight, solved })
    else {
      entry.weight += weight
      entry.solved ||= solved
    }
  }
  return [...tally.values()].sort((a, b) => Number(b.solved) - Number(a.solved) || b.weight - a.weight).map(({ node }) => node)
}
