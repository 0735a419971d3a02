// Backups: how a new value changes the nodes above it. Every rule keeps `valueSum = visits · value`, so that a node's mean is its backed-up value.
// Values are from the side to move; where the side changes between parent and child, the sign changes too.
import type { NodeId } from '../common.ts'
import type { Tree } from '../tree.ts'

/** A rule that carries a new value one node up. */
export interface Backup {
  readonly name: string
  /** Takes in one new value at `node`, which was just evaluated or below which something was. `value` is from the side to move at `node`. */
  update(tree: Tree, node: NodeId, value: number, leaf: boolean): void
}

/** Running mean of all values at or below the node. */
export const mean: Backup = {
  name: 'mean',
  update(tree, node, value) {
    tree.visits[node]!++
    tree.valueSum[node]! += value
  },
}

/** The best child's value; the node's own while it has no child. For two players this is min–max. */
export const max: Backup = {
  name: 'max',
  update(tree, node, value, leaf) {
    const visits = ++tree.visits[node]!
    let best = Number.NEGATIVE_INFINITY
    forChildren(tree, node, (childValue) => {
      if (childValue > best) best = childValue
    })
    tree.valueSum[node] = visits * (leaf || best === Number.NEGATIVE_INFINITY ? value : best)
  },
}

/** Visit-weighted mean of the children (ReST-MCTS*, eq. of the value backup): Σ nᵢ·vᵢ / Σ nᵢ; the node's own value while it has no child. */
export const children: Backup = {
  name: 'children',
  update(tree, node, value, leaf) {
    const visits = ++tree.visits[node]!
    let sum = 0
    let total = 0
    forChildren(tree, node, (childValue, childVisits) => {
      sum += childValue * childVisits
      total += childVisits
    })
    tree.valueSum[node] = visits * (leaf || total === 0 ? value : sum / total)
  },
}

/**
 * Soft value of children that were drawn from the policy: temperature · ln( 1/n · Σ exp(v_i / temperature) ); the node's own while it has no child.
 * Soft Bellman equation, as in diffusion tree sampling (Jain et al. 2025, arXiv:2506.20701). For one player.
 * @param temperature above 0, in the unit of the values. Towards 0 it is {@link max}, towards infinity the mean of the children.
 */
export function soft(temperature: number): Backup {
  return {
    name: `soft ${temperature}`,
    update(tree, node, value, leaf) {
      const visits = ++tree.visits[node]!
      let highest = Number.NEGATIVE_INFINITY
      let sum = 0
      let count = 0
      forChildren(tree, node, (childValue) => {
        count++
        if (childValue > highest) {
          sum = sum * Math.exp((highest - childValue) / temperature) + 1
          highest = childValue
        } else sum += Math.exp((childValue - highest) / temperature)
      })
      tree.valueSum[node] = visits * (leaf || count === 0 ? value : highest + temperature * Math.log(sum / count))
    },
  }
}

/** The backups by name. */
export const backups = { mean, max, 'min-max': { ...max, name: 'min-max' }, children } as const

/** Carries a value from a leaf to the root. */
export function backUp(tree: Tree, leaf: NodeId, value: number, backup: Backup): void {
  const { turn } = tree
  let carried = value
  for (let node = leaf; ; node = tree.parent[node]!) {
    backup.update(tree, node, carried, node === leaf)
    if (node === tree.root) return
    const parent = tree.parent[node]!
    if (parent < 0) return
    if (turn !== undefined && turn[node] !== turn[parent]) carried = -carried
  }
}

/** Visited children, with their values from the side to move at `node`. */
function forChildren(tree: Tree, node: NodeId, see: (value: number, visits: number) => void): void {
  const end = tree.blockStart[node]! + tree.blockSize[node]!
  for (let slot = tree.blockStart[node]!; slot < end; slot++) {
    const child = tree.childOf[slot]!
    if (child < 0 || tree.visits[child] === 0) continue
    const value = tree.mean(child)
    see(tree.turn !== undefined && tree.turn[child] !== tree.turn[node] ? -value : value, tree.visits[child]!)
  }
}
