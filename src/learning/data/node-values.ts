// Values of a run's nodes, found in four ways. Pure: the verdicts on the run's ends come in.
import { BanyanError } from '../../core/errors.ts'
import type { RunNode } from './run-tree.ts'
import { shareOf, type Verdict, type Verdicts } from './verdicts.ts'

/** A node's value, and how many values or ends it rests on. */
export interface NodeValue {
  readonly value: number
  readonly visits: number
}

/** By node, in the order of ids; nodes of which nothing is known are not in it. */
export type NodeValues = ReadonlyMap<RunNode, NodeValue>

/**
 * The mean of all values that were given at the node or below it, from the side to move there (for pure runs: the searcher's own value).
 * @throws BanyanError E_DATASET_RANGE for a value outside of the range.
 */
export function visitMeans(nodes: readonly RunNode[], range: readonly [number, number]): NodeValues {
  const values = new Map<RunNode, NodeValue>()
  const slack = 1e-9 * (range[1] - range[0])
  for (const node of nodes) {
    if (node.visits === 0) continue
    const value = node.sum / node.visits
    if (!(value >= range[0] - slack && value <= range[1] + slack)) throw outOfRange(value, range)
    values.set(node, { value: Math.min(range[1], Math.max(range[0], value)), visits: node.visits })
  }
  return values
}

/**
 * The share of right ends among all ends at the node or below it, in [0, 1] (Monte-Carlo labels, Math-Shepherd eq. 4 "soft estimation").
 * Rollouts whose end is no node count where a verifier was certain of them.
 */
export function endShares(nodes: readonly RunNode[], verdicts: Verdicts, range: readonly [number, number]): NodeValues {
  const sums = new Map<RunNode, { right: number; ends: number }>(nodes.map((node) => [node, { right: 0, ends: 0 }]))
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as RunNode
    const own = sums.get(node)!
    const verdict = verdicts.get(node)
    if (verdict !== undefined) {
      own.right += verdict.value
      own.ends++
    }
    for (const end of node.ends) {
      own.right += shareOf(end, range)
      own.ends++
    }
    const above = node.parent === undefined ? undefined : sums.get(node.parent)
    if (above === undefined) continue
    above.right += own.right
    above.ends += own.ends
  }
  const values = new Map<RunNode, NodeValue>()
  for (const [node, { right, ends }] of sums) if (ends > 0) values.set(node, { value: right / ends, visits: ends })
  return values
}

/**
 * Values inferred from a known answer, in [0, 1] (ReST-MCTS*, Zhang et al. 2024, eq. 1 and 2): v₀ = 0,
 * v_k = max(v_{k−1} + w_k, 0) with w_k = (1 − v_{k−1}) / (m_k + 1) · (1 − 2 r_k).
 *
 * m_k, the reasoning distance, is the fewest steps from node k to a right end below it; r_k is 0 on the way to a right end and 1 off it.
 * A node off the way that leads to some wrong end has the distance of the last node above it that was on the way. So a right step closes
 * 1/(m_k + 1) of what is missing, and a right end has the value 1. Nodes below which nothing ended are left out; without any right end
 * nothing can be inferred, and nothing is. The nodes are those of one tree, each after its parent.
 */
export function inferredValues<Node extends { readonly parent?: Node | undefined }>(
  nodes: readonly Node[],
  verdicts: ReadonlyMap<Node, Pick<Verdict, 'right'>>,
): ReadonlyMap<Node, NodeValue> {
  const distance = new Map<Node, number>()
  const ends = new Map<Node, number>()
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i] as Node
    const verdict = verdicts.get(node)
    if (verdict?.right === true) distance.set(node, 0)
    if (verdict !== undefined) ends.set(node, (ends.get(node) ?? 0) + 1)
    const { parent } = node
    if (parent === undefined) continue
    const further = distance.get(node)
    if (further !== undefined) distance.set(parent, Math.min(distance.get(parent) ?? Number.POSITIVE_INFINITY, further + 1))
    ends.set(parent, (ends.get(parent) ?? 0) + (ends.get(node) ?? 0))
  }
  const values = new Map<Node, NodeValue>()
  const [root] = nodes
  if (root === undefined || !distance.has(root)) return values
  const reach = new Map<Node, number>()
  for (const node of nodes) {
    const { parent } = node
    const far = distance.get(node) ?? reach.get(parent!)!
    reach.set(node, far)
    const visits = ends.get(node) ?? 0
    if (parent === undefined) {
      values.set(node, { value: 0, visits })
      continue
    }
    const before = values.get(parent)
    if (before === undefined || visits === 0) continue
    const sign = distance.has(node) ? 1 : -1
    values.set(node, { value: Math.max(before.value + ((1 - before.value) / (far + 1)) * sign, 0), visits })
  }
  return values
}

/** The verdicts themselves, on ends alone. */
export function outcomes(verdicts: Verdicts): NodeValues {
  return new Map([...verdicts].map(([node, { value }]) => [node, { value, visits: 1 }]))
}

function outOfRange(seen: number, [lowest, highest]: readonly [number, number]): BanyanError {
  return new BanyanError('E_DATASET_RANGE', "a value lies outside of its evaluator's range", {
    seen,
    wanted: `a value from ${lowest} to ${highest}`,
    hint: 'Say the range: `range: [-1, 1]`.',
  })
}
