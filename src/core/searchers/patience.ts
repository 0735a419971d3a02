// How often in a row a node may bring nothing before it is asked no more: calls fail now and then, and samples repeat what is known.
import type { NodeId } from '../common.ts'
import type { Tree } from '../tree.ts'
import type { Outcome } from '../trial.ts'

/** Askings in a row that brought nothing before giving up. */
export const patience = 3

/** Counts askings that brought nothing, by node. */
export class Barren {
  readonly #times = new Map<NodeId, number>()

  /** Notes what asking at a node brought. True when asking again is pointless. */
  note(tree: Tree, node: NodeId, { status, offered, nodes }: Outcome): boolean {
    if (status === 'cancelled') return false
    if (offered > 0 || nodes.length > 0) {
      this.#times.delete(node)
      return false
    }
    const times = (this.#times.get(node) ?? 0) + 1
    this.#times.set(node, times)
    return times >= patience || (status === 'ok' && tree.complete(node))
  }
}
