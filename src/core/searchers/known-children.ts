// Where several searchers, or several rounds of one, share a tree, all children of a state may be there before one of them asks for children: the
// proposer has no more to offer. Then the searcher is told of those that are there, as if they had just been made.
import type { NodeId } from '../common.ts'
import type { Tree } from '../tree.ts'
import type { Outcome, Trial, Work } from '../trial.ts'

/** Hands one searcher, or one round of it, the children that are there. Each state once, so that a searcher that asks on and on gets no more. */
export class KnownChildren {
  readonly #told = new Set<NodeId>()

  /**
   * The work to do for what a searcher asks: its own; the judging of children that are there and were not judged; or none, where all that it
   * would be told is known, and is in `outcome`.
   */
  instead(tree: Tree, work: Work): { readonly work: Work } | { readonly outcome: Outcome } {
    if (work.kind !== 'expand' || !work.step || !tree.complete(work.node) || this.#told.has(work.node)) return { work }
    const nodes = tree.children(work.node)
    if (nodes.length === 0) return { work }
    this.#told.add(work.node)
    const by = work.evaluate?.[0]
    if (by !== undefined && nodes.some((node) => tree.visits[node] === 0))
      return { work: { kind: 'evaluate', nodes, by, tag: { instead: asJson(work) } } }
    const evaluations = by === undefined ? [] : nodes.map((node) => ({ value: tree.mean(node) }))
    const value = evaluations[0]?.value ?? Number.NaN
    return { outcome: { trial: { ...work, id: -1 }, status: 'ok', node: work.node, nodes, offered: 0, evaluations, value, usage: {} } }
  }
}

/** An outcome as the searcher asked for it. */
export function asAsked(outcome: Outcome): Outcome {
  const { trial } = outcome
  const asked = trial.kind === 'evaluate' ? (trial.tag as { readonly instead?: Work } | undefined)?.instead : undefined
  if (trial.kind !== 'evaluate' || asked?.kind !== 'expand') return outcome
  return { ...outcome, trial: { ...asked, id: trial.id }, node: asked.node, nodes: trial.nodes }
}

/** Work is plain data. */
function asJson(work: Work): NonNullable<Trial['tag']> {
  return work as unknown as NonNullable<Trial['tag']>
}
