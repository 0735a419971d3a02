// Beam search: level by level, the best `width` states of each are gone on from.
import type { NodeId } from '../common.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import type { Work } from '../trial.ts'
import { BestNodes, meanLogProb } from './best.ts'
import { checkSettings } from './settings.ts'

/** Options of `beam`. */
export interface BeamOptions {
  /** States kept at each level. Default 4. */
  readonly width?: number
  /** Children proposed for each of them. Default 4. */
  readonly branching?: number
  /** Children proposed at the root, where there is only one state. Default `width · branching`. */
  readonly rootBranching?: number
  /** Deepest level. Default: no limit. */
  readonly depth?: number | null
  /** How often to begin again from the root when a beam has ended without a certain answer; null: until the budget ends. Default 0. */
  readonly restarts?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

interface BeamMemory {
  readonly best: BestNodes
  /** States of this level that were not asked for yet. */
  beam: NodeId[]
  /** Trials of this level under way. */
  pending: number
  /** Children found on this level, with their values. */
  next: { readonly node: NodeId; readonly value: number }[]
  level: number
  restarts: number
}

/**
 * Beam search. The children of a level are judged together and the best `width` kept, by value and then by mean log-probability;
 * finished states are kept as answers, dead ends and repeated states are dropped.
 *
 * @example
 * await search({ environment: writing(), task, proposer, evaluator, searcher: beam({ width: 4, branching: 4 }), concurrency: 4 })
 */
export function beam(options: BeamOptions = {}): Searcher<BeamMemory> {
  checkSettings('beam', options, {
    width: 'integer>=1',
    branching: 'integer>=1',
    rootBranching: 'integer>=1',
    depth: 'integer>=1|null',
    restarts: 'integer>=0|null',
    propose: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const { width = 4, branching = 4, depth = null, restarts = 0, evaluate = 'default', continueWhenSolved = false } = options
  const rootBranching = options.rootBranching ?? width * branching

  function advance(tree: Tree, memory: BeamMemory): void {
    if (memory.beam.length > 0 || memory.pending > 0) return
    const open = memory.next.filter(({ node }) => !tree.closed(node) && tree.twin(node) === undefined)
    open.sort((a, b) => b.value - a.value || meanLogProb(tree, b.node) - meanLogProb(tree, a.node) || a.node - b.node)
    memory.next = []
    memory.level++
    memory.beam = depth !== null && memory.level >= depth ? [] : open.slice(0, width).map(({ node }) => node)
    if (memory.beam.length > 0 || (restarts !== null && memory.restarts >= restarts)) return
    memory.restarts++
    memory.level = 0
    memory.beam = [tree.root]
  }

  return {
    name: 'beam',
    settings: { width, branching, rootBranching, depth, restarts, propose: options.propose ?? 'default', evaluate, continueWhenSolved },
    start: (tree) => ({ best: new BestNodes(), beam: [tree.root], pending: 0, next: [], level: 0, restarts: 0 }),
    ask(tree, memory, free) {
      advance(tree, memory)
      const nodes = memory.beam.splice(0, free)
      memory.pending += nodes.length
      return nodes.map((node): Work => {
        const count = node === tree.root ? rootBranching : branching
        return {
          kind: 'expand',
          node,
          propose: { count, ...(options.propose === undefined ? {} : { by: options.propose }) },
          step: true,
          evaluate: [evaluate],
        }
      })
    },
    tell(tree, memory, outcome) {
      memory.pending--
      for (const [i, node] of outcome.nodes.entries()) {
        const value = outcome.evaluations[i]?.value ?? Number.NEGATIVE_INFINITY
        tree.visits[node]!++
        tree.valueSum[node]! += Number.isFinite(value) ? value : 0
        memory.next.push({ node, value })
        memory.best.consider(tree, node, value)
      }
    },
    done: (tree, memory) => (!continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, memory) => memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}
