// Best-first search: always goes on from the most promising state found anywhere.
import type { NodeId } from '../common.ts'
import type { Searcher } from '../searcher.ts'
import type { Work } from '../trial.ts'
import { BestNodes } from './best.ts'
import { Heap } from './heap.ts'
import { checkSettings, oneOf } from './settings.ts'

/** Options of `bestFirst`. */
export interface BestFirstOptions {
  /** Children proposed at each state. Default 4; proposers that list moves give them all. */
  readonly branching?: number
  /** Weight of the proposer's prior beside the value in a state's priority, at least 0. Default 0. */
  readonly priorWeight?: number
  /** Added to the priority for each step from the root. Default 0; above 0 goes deep first. */
  readonly depthWeight?: number
  /** Deepest level. Default: no limit. */
  readonly depth?: number | null
  /** `prune` (default): a state that was seen before is not gone on from. */
  readonly twins?: 'ignore' | 'prune'
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

interface BestFirstMemory {
  readonly best: BestNodes
  readonly frontier: Heap<NodeId>
  started: boolean
}

/**
 * Best-first search over the frontier: priority = value + priorWeight · prior + depthWeight · depth; among equals the first found.
 *
 * @example
 * await search({ environment: game24(), task: { numbers: [4, 9, 10, 13] }, evaluator, searcher: bestFirst(), budget: { expansions: 100 } })
 */
export function bestFirst(options: BestFirstOptions = {}): Searcher<BestFirstMemory> {
  checkSettings('best-first', options, {
    branching: 'integer>=1',
    priorWeight: 'number>=0',
    depthWeight: 'number>=0',
    depth: 'integer>=1|null',
    twins: oneOf('ignore', 'prune'),
    propose: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const {
    branching = 4,
    priorWeight = 0,
    depthWeight = 0,
    depth = null,
    twins = 'prune',
    evaluate = 'default',
    continueWhenSolved = false,
  } = options
  const propose = { count: branching, ...(options.propose === undefined ? {} : { by: options.propose }) }
  return {
    name: 'best-first',
    settings: { branching, priorWeight, depthWeight, depth, twins, propose: options.propose ?? 'default', evaluate, continueWhenSolved },
    start: () => ({ best: new BestNodes(), frontier: new Heap(), started: false }),
    ask(tree, memory, free) {
      if (!memory.started) memory.frontier.push(tree.root, 0)
      memory.started = true
      const works: Work[] = []
      while (works.length < free && memory.frontier.size > 0)
        works.push({ kind: 'expand', node: memory.frontier.pop()!, propose, step: true, evaluate: [evaluate] })
      return works
    },
    tell(tree, memory, outcome) {
      for (const [i, node] of outcome.nodes.entries()) {
        const value = outcome.evaluations[i]?.value ?? 0
        tree.visits[node]!++
        tree.valueSum[node]! += value
        memory.best.consider(tree, node, value)
        const beyond = depth !== null && tree.depth[node]! >= depth
        if (beyond || tree.closed(node) || (twins === 'prune' && tree.twin(node) !== undefined)) continue
        memory.frontier.push(node, value + priorWeight * tree.prior(node) + depthWeight * tree.depth[node]!)
      }
    },
    done: (tree, memory) => (!continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, memory) => memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}
