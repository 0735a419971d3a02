// Tree of Thoughts, depth first (Yao et al. 2023, arXiv:2305.10601, algorithm 2): the most promising thought first, all the way down; what does
// not promise enough is pruned, and the search goes back to the next best.
import type { NodeId } from '../common.ts'
import type { Searcher } from '../searcher.ts'
import type { Work } from '../trial.ts'
import { BestNodes } from './best.ts'
import { childrenOf, foundChildren, mostPromising, open } from './children.ts'
import { Barren } from './patience.ts'
import { forOnePlayer } from './players.ts'
import { checkSettings } from './settings.ts'

/** Options of `totDfs`. */
export interface TotDfsOptions {
  /** Thoughts proposed for each state (k). Default 5; proposers that list moves give them all. */
  readonly branching?: number
  /** States whose value is not above it are pruned (v_th). Default: dead ends alone are. */
  readonly threshold?: number | null
  /** Steps (T). Default: no limit. */
  readonly depth?: number | null
  /** Stops after so many finished states that are no dead ends; null: goes on until the budget ends or all is searched. Default null. */
  readonly ends?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

interface TotDfsMemory {
  readonly best: BestNodes
  /** What to go on from; the last comes first. */
  readonly stack: NodeId[]
  readonly barren: Barren
  ends: number
}

/**
 * Tree of Thoughts, depth first: for each thought s' in G(s, k), the best first, with V(s') > `threshold`, search below s'. Repeated states are
 * dropped. With several trials in flight, the next states on the stack are gone on from meanwhile.
 *
 * @example
 * await search({ environment: game24(), task, evaluator, searcher: totDfs({ branching: 3, threshold: 0.1 }), budget: { expansions: 100 } })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 */
export function totDfs(options: TotDfsOptions = {}): Searcher<TotDfsMemory> {
  checkSettings('tot-dfs', options, {
    branching: 'integer>=1',
    threshold: 'number|null',
    depth: 'integer>=1|null',
    ends: 'integer>=1|null',
    propose: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const { branching = 5, threshold = null, depth = null, ends = null, evaluate = 'default', continueWhenSolved = false } = options
  return {
    name: 'tot-dfs',
    settings: { branching, threshold, depth, ends, propose: options.propose ?? 'default', evaluate, continueWhenSolved },
    start(tree) {
      forOnePlayer(tree, 'tot-dfs')
      return { best: new BestNodes(), stack: [tree.root], barren: new Barren(), ends: 0 }
    },
    ask(_tree, memory, free) {
      const works: Work[] = []
      if (ends !== null && memory.ends >= ends) return works
      while (works.length < free && memory.stack.length > 0)
        works.push(childrenOf(memory.stack.pop()!, branching, options.propose, evaluate))
      return works
    },
    tell(tree, memory, outcome) {
      const found = foundChildren(tree, outcome, memory.best)
      if (found.length === 0 && !memory.barren.note(tree, outcome.node, outcome)) memory.stack.push(outcome.node)
      memory.ends += found.filter(({ node }) => tree.terminal(node) && !tree.dead(node)).length
      for (const { node, value } of mostPromising(tree, found).reverse()) {
        const deepest = depth !== null && tree.depth[node]! - tree.depth[tree.root]! >= depth
        if (!deepest && open(tree, node) && (threshold === null || value > threshold)) memory.stack.push(node)
      }
    },
    done: (tree, memory) => (!continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, memory) => memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}
