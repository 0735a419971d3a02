// The best answer so far: solved before finished before open, then by value, then by what the model finds most likely, then the first.
import type { NodeId } from '../common.ts'
import { keep } from '../keep.ts'
import type { Tree } from '../tree.ts'

/** Remembers the best nodes it was shown. */
export class BestNodes {
  #best: NodeId | undefined
  #value = Number.NEGATIVE_INFINITY
  /** Changes of the tree when the best was last seen to hang on its root. */
  #changes = 0
  /** All that was shown, in order. */
  #nodes = new Int32Array(64)
  #values = new Float64Array(64)
  #count = 0

  /** The best node shown so far. */
  get node(): NodeId | undefined {
    return this.#best
  }

  consider(tree: Tree, node: NodeId, value: number): void {
    this.#remember(node, value)
    if (this.#best !== undefined && this.#holds(tree, this.#best) && !isBetter(tree, node, value, this.#best, this.#value)) return
    this.#best = node
    this.#value = value
  }

  /** Takes back what was shown of a node, because its state was replaced. */
  forget(tree: Tree, node: NodeId): void {
    const nodes = this.#nodes.slice(0, this.#count)
    const values = this.#values.slice(0, this.#count)
    this.#best = undefined
    this.#value = Number.NEGATIVE_INFINITY
    this.#count = 0
    for (const [i, one] of nodes.entries()) if (one !== node) this.consider(tree, one, values[i]!)
  }

  solved(tree: Tree): boolean {
    return this.#best !== undefined && tree.solved(this.#best)
  }

  /** The `count` best, best first, with different answers. */
  answers(tree: Tree, count: number): NodeId[] {
    const seen = Array.from(this.#nodes.subarray(0, this.#count), (node, i) => ({ node, value: this.#values[i]! }))
    seen.sort((a, b) =>
      isBetter(tree, a.node, a.value, b.node, b.value) ? -1 : isBetter(tree, b.node, b.value, a.node, a.value) ? 1 : a.node - b.node,
    )
    const found = new Map<string, NodeId>()
    for (const { node } of seen) {
      const answer = tree.answer(node)
      if (answer !== undefined && !found.has(answer)) found.set(answer, node)
      if (found.size >= count) break
    }
    return [...found.values()]
  }

  #remember(node: NodeId, value: number): void {
    if (this.#count === this.#nodes.length) {
      const [nodes, values] = [this.#nodes, this.#values]
      this.#nodes = new Int32Array(2 * nodes.length)
      this.#nodes.set(nodes)
      this.#values = new Float64Array(2 * nodes.length)
      this.#values.set(values)
    }
    this.#nodes[this.#count] = node
    this.#values[this.#count++] = value
  }

  #holds(tree: Tree, best: NodeId): boolean {
    if (this.#changes === tree.changes) return true
    if (!tree.attached(best)) return false
    this.#changes = tree.changes
    return true
  }
}

keep(new BestNodes())

/** Mean log-probability of a path's tokens, in nats; 0 where proposers gave none. */
export function meanLogProb(tree: Tree, node: NodeId): number {
  const tokens = tree.tokenCount(node)
  return tokens === 0 ? tree.logProb(node) : tree.logProb(node) / tokens
}

function isBetter(tree: Tree, node: NodeId, value: number, other: NodeId, otherValue: number): boolean {
  const solved = Number(tree.solved(node)) - Number(tree.solved(other))
  if (solved !== 0) return solved > 0
  const finished = Number(tree.terminal(node)) - Number(tree.terminal(other))
  if (finished !== 0) return finished > 0
  if (value !== otherValue) return value > otherValue || Number.isNaN(otherValue)
  return meanLogProb(tree, node) > meanLogProb(tree, other)
}
