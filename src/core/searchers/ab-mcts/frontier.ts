// Where a search may still add: by node, the children to go on from and the proposers that still bring something. It knows no scores.
import type { NodeId } from '../../common.ts'
import type { Tree } from '../../tree.ts'
import type { Outcome } from '../../trial.ts'
import { open } from '../children.ts'
import { Barren } from '../patience.ts'

const none: readonly NodeId[] = []

/** Keeps what is open, as outcomes tell. A node without open children and proposers is spent, and its parent does not go on from it. */
export class Frontier {
  readonly #depth: number
  readonly #barren: readonly Barren[]
  readonly #children = new Map<NodeId, NodeId[]>()
  /** By node: what is left of the proposers, where some have given up. */
  readonly #left = new Map<NodeId, readonly number[]>()
  readonly #all: readonly number[]

  /** @param depth most steps from the root; null: no limit. */
  constructor(proposers: number, depth: number | null) {
    this.#depth = depth ?? Number.POSITIVE_INFINITY
    this.#all = Array.from({ length: proposers }, (_, proposer) => proposer)
    this.#barren = this.#all.map(() => new Barren())
  }

  /** Children that one may go on from, in the order in which they came to be. */
  children(node: NodeId): readonly NodeId[] {
    return this.#children.get(node) ?? none
  }

  /** Numbers of the proposers that may be asked for one more child. */
  proposers(tree: Tree, node: NodeId): readonly number[] {
    return tree.complete(node) ? none : (this.#left.get(node) ?? this.#all)
  }

  /** Whether anything can still be added at the node or below. */
  alive(tree: Tree, node: NodeId): boolean {
    return this.children(node).length > 0 || this.proposers(tree, node).length > 0
  }

  /** Notes what a proposer brought at a node. */
  tell(tree: Tree, proposer: number, outcome: Outcome): void {
    const { node, nodes } = outcome
    for (const child of nodes) if (open(tree, child) && tree.depth[child]! - tree.depth[tree.root]! < this.#depth) this.#add(node, child)
    if (this.#barren[proposer]!.note(tree, node, outcome))
      this.#left.set(
        node,
        (this.#left.get(node) ?? this.#all).filter((one) => one !== proposer),
      )
    this.#settle(tree, node)
  }

  #add(node: NodeId, child: NodeId): void {
    const children = this.#children.get(node)
    if (children === undefined) this.#children.set(node, [child])
    else if (!children.includes(child)) children.push(child)
  }

  /** Takes spent nodes off their parents' lists, and puts back those that trials under way have opened again. */
  #settle(tree: Tree, from: NodeId): void {
    for (let node = from; node !== tree.root && tree.parent[node]! >= 0; node = tree.parent[node]!) {
      const siblings = this.children(tree.parent[node]!)
      const at = siblings.lastIndexOf(node)
      const alive = this.alive(tree, node)
      if (alive === at >= 0) return
      if (alive) this.#add(tree.parent[node]!, node)
      else (siblings as NodeId[]).splice(at, 1)
    }
  }
}
