// Children made and judged in one trial: asking for them, reading what came, and putting the most promising first. What searches that go on
// from states in an order of their own are made of; the order is theirs.
import type { NodeId } from '../common.ts'
import type { Tree } from '../tree.ts'
import type { Outcome, Work } from '../trial.ts'
import { type BestNodes, meanLogProb } from './best.ts'

/** A new node and its value; -∞ where it was not judged, so that it comes last. */
export interface Found {
  readonly node: NodeId
  readonly value: number
}

/** Work that proposes `count` children of a node, makes them, and has them judged as one group; without `evaluate` they are not judged. */
export function childrenOf(node: NodeId, count: number, propose: string | undefined, evaluate: string | undefined): Work {
  return {
    kind: 'expand',
    node,
    propose: { count, ...(propose === undefined ? {} : { by: propose }) },
    step: true,
    ...(evaluate === undefined ? {} : { evaluate: [evaluate] }),
  }
}

/** The children that an outcome brought. Their values are counted in the tree, and they are shown to `best`. */
export function foundChildren(tree: Tree, outcome: Outcome, best: BestNodes): Found[] {
  return outcome.nodes.map((node, index) => judged(tree, node, outcome.evaluations[index]?.value, best))
}

/** Counts a node's value in the tree, where there is one, and shows the node to `best`, unless it is finished without an answer. */
export function judged(tree: Tree, node: NodeId, value: number | undefined, best: BestNodes): Found {
  if (value !== undefined) {
    tree.visits[node]!++
    tree.valueSum[node]! += value
  }
  const found = { node, value: value ?? Number.NEGATIVE_INFINITY }
  if (!tree.terminal(node) || tree.answer(node) !== undefined) best.consider(tree, node, found.value)
  return found
}

/** The most promising first: by value, then by mean log-probability, then the first made. */
export function mostPromising(tree: Tree, found: readonly Found[]): Found[] {
  return [...found].sort(
    (a, b) => (a.value === b.value ? 0 : b.value - a.value) || meanLogProb(tree, b.node) - meanLogProb(tree, a.node) || a.node - b.node,
  )
}

/** Whether a search may go on from a node: it is neither finished nor a dead end, and no earlier node has its state. */
export function open(tree: Tree, node: NodeId): boolean {
  return !tree.closed(node) && tree.twin(node) === undefined
}
