// MCTS* of ReST-MCTS*: UCT over steps whose values a net gives, a short greedy roll from the best new child, and backups by visit-weighted means of
// children. One piece of work at a time, as in the paper; run many searches at once instead.
import type { NodeId } from '../../core/common.ts'
import type { Searcher } from '../../core/searcher.ts'
import { BestNodes } from '../../core/searchers/best.ts'
import { Barren } from '../../core/searchers/patience.ts'
import { forOnePlayer } from '../../core/searchers/players.ts'
import { checkSettings, outOfRange } from '../../core/searchers/settings.ts'
import type { Tree } from '../../core/tree.ts'
import type { Outcome, Work } from '../../core/trial.ts'

/** Options of `restMcts`. */
export interface RestMctsOptions {
  /** Next steps sampled when a state is expanded (b). Default 3. */
  readonly branching?: number
  /** Weight c of the exploration term, at least 0. Default 0.7. */
  readonly exploration?: number
  /** α: part of the roll in the value of the state that it began at, in [0, 1]. Default 0.5. */
  readonly rollWeight?: number
  /** Steps of a roll, from 0. Default 3. */
  readonly rollSteps?: number
  /** l: a finished state of at least this value ends the search. Default 0.9; null: none does. */
  readonly gate?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator: values of partial solutions, in [0, 1]. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

interface RestMctsMemory {
  readonly best: BestNodes
  readonly barren: Barren
  readonly expanded: Set<NodeId>
  /** Nodes below which nothing is left to try. */
  readonly spent: Set<NodeId>
  /** v of each state: from the net, then from its roll, then from its children. */
  readonly values: Map<NodeId, number>
  /** The roll under way. */
  roll: { readonly from: NodeId; at: NodeId; taken: number; most: number } | undefined
  waiting: boolean
}

/**
 * MCTS* (ReST-MCTS*, arXiv:2406.03816, section 3.3 and algorithm 2). Selection: v + c √(2 ln N / n), children without visits first, by their
 * values. Expansion: b steps, valued together. Roll: from the best new child one sample a step, whose greatest value v_mc counts α:
 * v ← (1 − α) v + α v_mc. Backup: v(s) ← Σ n_i v_i / Σ n_i over children.
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: restMcts({ branching: 3 }), budget: { tokens: 400 } })
 */
export function restMcts(options: RestMctsOptions = {}): Searcher<RestMctsMemory> {
  checkSettings('rest-mcts', options, {
    branching: 'integer>=1',
    exploration: 'number>=0',
    rollWeight: 'number>=0',
    rollSteps: 'integer>=0',
    gate: 'number>=0|null',
    propose: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const { branching = 3, exploration = 0.7, rollWeight = 0.5, rollSteps = 3, gate = 0.9, continueWhenSolved = false } = options
  if (rollWeight > 1) throw outOfRange('rest-mcts', 'rollWeight', rollWeight, 'a number from 0 to 1')
  const evaluate = [options.evaluate ?? 'default']
  const expand = (node: NodeId, count: number): Work => ({
    kind: 'expand',
    node,
    propose: { count, ...(options.propose === undefined ? {} : { by: options.propose }) },
    step: true,
    evaluate,
  })

  /** The state to expand next, at or below a node; undefined when nothing is left there. */
  function select(tree: Tree, memory: RestMctsMemory, node: NodeId): NodeId | undefined {
    if (tree.closed(node) || memory.spent.has(node)) return undefined
    if (!memory.expanded.has(node)) return node
    const logarithm = 2 * Math.log(Math.max(1, tree.visits[node]!))
    const score = (child: NodeId) => {
      const visits = tree.visits[child]!
      const value = memory.values.get(child) ?? 0
      return visits === 0 ? value + unvisited : value + exploration * Math.sqrt(logarithm / visits)
    }
    const ranked = tree.children(node).map((child) => ({ child, score: score(child) }))
    ranked.sort((a, b) => b.score - a.score || a.child - b.child)
    for (const { child } of ranked) {
      const found = select(tree, memory, child)
      if (found !== undefined) return found
    }
    if (!tree.complete(node)) return node
    memory.spent.add(node)
    return undefined
  }

  /** One more visit of a node, and of all above it, whose values are those of their children. */
  function backUp(tree: Tree, memory: RestMctsMemory, leaf: NodeId): void {
    for (let node = leaf; ; node = tree.parent[node]!) {
      tree.visits[node]!++
      if (node !== leaf) {
        let [sum, visits] = [0, 0]
        for (const child of tree.children(node)) {
          sum += tree.visits[child]! * (memory.values.get(child) ?? 0)
          visits += tree.visits[child]!
        }
        if (visits > 0) memory.values.set(node, sum / visits)
      }
      tree.valueSum[node] = tree.visits[node]! * (memory.values.get(node) ?? 0)
      if (node === tree.root) return
    }
  }

  function tellExpanded(tree: Tree, memory: RestMctsMemory, outcome: Outcome): void {
    const { node } = outcome
    memory.expanded.add(node)
    if (memory.barren.note(tree, node, outcome)) memory.spent.add(node)
    const best = noteChildren(tree, memory, outcome)
    if (best === undefined) return
    if (tree.closed(best) || rollSteps === 0) backUp(tree, memory, best)
    else memory.roll = { from: best, at: best, taken: 0, most: memory.values.get(best)! }
  }

  function tellRolled(tree: Tree, memory: RestMctsMemory, outcome: Outcome): void {
    const roll = memory.roll!
    memory.expanded.add(roll.at)
    if (memory.barren.note(tree, roll.at, outcome)) memory.spent.add(roll.at)
    const next = noteChildren(tree, memory, outcome)
    if (next !== undefined) {
      roll.most = Math.max(roll.most, memory.values.get(next)!)
      roll.at = next
      roll.taken++
      if (roll.taken < rollSteps && !tree.closed(next)) return
    }
    memory.values.set(roll.from, (1 - rollWeight) * memory.values.get(roll.from)! + rollWeight * roll.most)
    memory.roll = undefined
    backUp(tree, memory, roll.from)
  }

  /** Keeps the values of new children; the most valuable of them. */
  function noteChildren(tree: Tree, memory: RestMctsMemory, { nodes, evaluations }: Outcome): NodeId | undefined {
    let best: NodeId | undefined
    for (const [at, child] of nodes.entries()) {
      const value = evaluations[at]?.value ?? 0
      memory.values.set(child, value)
      memory.best.consider(tree, child, value)
      if (best === undefined || value > memory.values.get(best)!) best = child
    }
    return best
  }

  return {
    name: 'rest-mcts',
    settings: { branching, exploration, rollWeight, rollSteps, gate, propose: options.propose ?? 'default', evaluate, continueWhenSolved },
    twins: false,
    start(tree) {
      forOnePlayer(tree, 'rest-mcts')
      return {
        best: new BestNodes(),
        barren: new Barren(),
        expanded: new Set(),
        spent: new Set(),
        values: new Map(),
        roll: undefined,
        waiting: false,
      }
    },
    ask(tree, memory) {
      if (memory.waiting) return []
      const { roll } = memory
      const node = roll?.at ?? select(tree, memory, tree.root)
      if (node === undefined) return []
      memory.waiting = true
      return [expand(node, roll === undefined ? branching : 1)]
    },
    tell(tree, memory, outcome) {
      memory.waiting = false
      if (memory.roll === undefined) tellExpanded(tree, memory, outcome)
      else tellRolled(tree, memory, outcome)
    },
    done(tree, { best, values }) {
      if (!continueWhenSolved && best.solved(tree)) return 'solved'
      const { node } = best
      return gate !== null && node !== undefined && tree.answer(node) !== undefined && values.get(node)! >= gate ? 'converged' : undefined
    },
    best: (_tree, { best }) => best.node,
    answers: (tree, { best }, count) => best.answers(tree, count),
  }
}

/** Added to the value of a child without visits. */
const unvisited = 1
