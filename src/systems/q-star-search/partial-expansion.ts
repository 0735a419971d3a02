// Partial-expansion A* (Yoshizumi, Miura and Ishida, "A* with Partial Expansion for Large Branching Factor Problems", AAAI 2000): a state that is
// expanded gives only its most promising children to the open list, and comes back for more. A baseline of Q*'s paper.
import type { NodeId } from '../../core/common.ts'
import type { Searcher } from '../../core/searcher.ts'
import { BestNodes } from '../../core/searchers/best.ts'
import { Heap } from '../../core/searchers/heap.ts'
import { checkSettings } from '../../core/searchers/settings.ts'
import type { Tree } from '../../core/tree.ts'
import type { Work } from '../../core/trial.ts'

/** Options of `partialExpansion`: λ and N, as of A*. */
export interface PartialExpansionOptions {
  readonly pathWeight?: number
  readonly batch?: number
}

interface Memory {
  readonly open: Heap<NodeId>
  readonly stored: Map<NodeId, number>
  readonly cheapest: Map<NodeId, number>
  readonly best: BestNodes
  batch: NodeId[]
  underWay: number
  goal: NodeId | undefined
  started: boolean
}

/**
 * Expands the state with the least F, at first its f = λ · g + h: children with f ≤ F are opened, and the state is stored again under the least f of
 * the others. Their values are not kept, which is what saves memory, so that each time all children are evaluated anew. It ends as A* does.
 *
 * @throws `E_SEARCHER_SETTING`
 */
export function partialExpansion(options: PartialExpansionOptions = {}): Searcher<Memory> {
  checkSettings('partial-expansion', options, { pathWeight: 'number>=0', batch: 'integer>=1' })
  const { pathWeight = 1, batch = 1 } = options
  const costs = (tree: Tree): Float64Array => tree.column('partial-expansion cost').values
  const first = (tree: Tree, node: NodeId): NodeId => tree.twin(node) ?? node
  const superseded = (tree: Tree, { cheapest }: Memory, node: NodeId): boolean =>
    (cheapest.get(first(tree, node)) ?? Number.POSITIVE_INFINITY) < costs(tree)[node]!

  function open(tree: Tree, memory: Memory, node: NodeId, priority: number): void {
    if (priority > Number.NEGATIVE_INFINITY) memory.stored.set(node, priority)
    memory.open.push(node, -priority, costs(tree)[node]!)
  }

  /** Opens what is within the stored F of the parent, and stores the parent for the rest. */
  function pass(tree: Tree, memory: Memory, parent: NodeId, children: readonly NodeId[], values: readonly number[]): void {
    const steps = tree.column('pathCost', 1).values
    const paths = children.map((child) => costs(tree)[parent]! + steps[child]!)
    const priorities = paths.map((g, at) => pathWeight * g - values[at]!)
    // The root has no F: it passes its best on.
    const within = memory.stored.get(parent) ?? Math.min(...priorities)
    let rest = Number.POSITIVE_INFINITY
    for (const [at, child] of children.entries()) {
      const [g, f] = [paths[at]!, priorities[at]!]
      costs(tree)[child] = g
      if (tree.solved(child) && (memory.goal === undefined || g < costs(tree)[memory.goal]!)) memory.goal = child
      if (tree.closed(child)) continue
      if (f > within) {
        rest = Math.min(rest, f)
        continue
      }
      const before = memory.cheapest.get(first(tree, child))
      if (before !== undefined && before <= g) continue
      memory.cheapest.set(first(tree, child), g)
      open(tree, memory, child, f)
    }
    if (rest < Number.POSITIVE_INFINITY) open(tree, memory, parent, rest)
  }

  /** The best that is open, left where it is. */
  function next(tree: Tree, memory: Memory): NodeId | undefined {
    while (memory.open.first !== undefined && superseded(tree, memory, memory.open.first)) memory.open.pop()
    return memory.open.first
  }

  return {
    name: 'partial-expansion',
    settings: { pathWeight, batch },
    twins: true,
    start: () => ({
      ...{ open: new Heap(), stored: new Map(), cheapest: new Map(), best: new BestNodes() },
      ...{ batch: [], underWay: 0, goal: undefined, started: false },
    }),
    ask(tree, memory, free) {
      if (!memory.started) {
        memory.cheapest.set(tree.root, 0)
        open(tree, memory, tree.root, Number.NEGATIVE_INFINITY)
        memory.started = true
      }
      if (memory.batch.length === 0 && memory.underWay === 0)
        while (memory.batch.length < batch && next(tree, memory) !== undefined) memory.batch.push(memory.open.pop()!)
      const works = memory.batch
        .splice(0, free)
        .map(
          (node): Work =>
            tree.blockSize[node] === 0
              ? { kind: 'expand', node, propose: { count: 1 }, step: true, evaluate: ['default'] }
              : { kind: 'evaluate', nodes: tree.children(node), by: 'default' },
        )
      memory.underWay += works.length
      return works
    },
    tell(tree, memory, { trial, nodes, evaluations }) {
      memory.underWay--
      const children = trial.kind === 'evaluate' ? trial.nodes : nodes
      for (const [at, node] of nodes.entries()) {
        tree.visits[node]!++
        tree.valueSum[node]! += evaluations[at]!.value
        memory.best.consider(tree, node, evaluations[at]!.value)
      }
      const values = evaluations.map(({ value }) => value)
      if (children.length > 0) pass(tree, memory, tree.parent[children[0]!]!, children, values)
    },
    done(tree, memory) {
      if (memory.goal === undefined || memory.underWay > 0 || memory.batch.length > 0) return undefined
      const lowest = next(tree, memory) === undefined ? undefined : memory.open.priority
      return lowest === undefined || -lowest >= pathWeight * costs(tree)[memory.goal]! ? 'solved' : undefined
    },
    best: (_tree, memory) => memory.goal ?? memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}
