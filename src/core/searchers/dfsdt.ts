// Depth-first search-based decision tree (ToolLLM, Qin et al. 2023, arXiv:2307.16789, section 2.3): an agent acts step by step; where it gives up
// or fails, the search goes back and tries something else.
import type { NodeId } from '../common.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import type { Outcome, Work } from '../trial.ts'
import { BestNodes } from './best.ts'
import { childrenOf, type Found, foundChildren, mostPromising, open } from './children.ts'
import { Barren } from './patience.ts'
import { forOnePlayer } from './players.ts'
import { checkSettings, oneOf } from './settings.ts'

/** Options of `dfsdt`. */
export interface DfsdtOptions {
  /**
   * `preorder` (the paper's DFSDT): one child at a time, and below it before the next is proposed; the proposer sees what was tried.
   * `ranked`: all children at once, judged as one group (by a pairwise judge in the paper), and the most promising first. Default `preorder`.
   */
  readonly order?: 'preorder' | 'ranked'
  /** Children tried at each state. Default 2, as in the paper's experiments. */
  readonly branching?: number
  /** Deepest level; the paper's experiments have 12. Default: no limit. */
  readonly depth?: number | null
  /** Steps to go back from a finished state, given up or not; 1 tries another sibling, more leaves its parents too. Default 2, as in the authors' program. */
  readonly back?: number
  /** Stops after so many answers: finished states that have one, are no dead ends, and whose value is above `threshold`; null: never. Default 1. */
  readonly ends?: number | null
  /** Least value of an answer, itself too little. Default: any. */
  readonly threshold?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator; null: nothing is judged, so that an answer is what the proposer says is one. Default `default`. */
  readonly evaluate?: string | null
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/** A state on the way from the root to where the search is. */
interface Stop {
  readonly node: NodeId
  /** Children that were tried or wait to be. */
  tried: number
  /** Children that wait. */
  readonly waiting: Found[]
}

interface DfsdtMemory {
  readonly best: BestNodes
  readonly way: Stop[]
  readonly barren: Barren
  busy: boolean
  ends: number
}

/**
 * DFSDT. From the state where it is, the search goes to one child; at a dead end, a repeated state or the deepest level it goes back one step, at a
 * finished state `back` steps (not beyond the root). It is sequential: one trial at a time, because each depends on the last.
 *
 * @example
 * await search({ environment: tools({ tools }), task, proposer: toolCalls({ model, tools }), searcher: dfsdt({ evaluate: null, depth: 12 }), budget: { calls: 200 } })
 * await search({ environment, task, proposer, evaluator: pairwiseJudge({ model, environment }), searcher: dfsdt({ order: 'ranked' }) })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 */
export function dfsdt(options: DfsdtOptions = {}): Searcher<DfsdtMemory> {
  checkSettings('dfsdt', options, {
    order: oneOf('preorder', 'ranked'),
    branching: 'integer>=1',
    depth: 'integer>=1|null',
    back: 'integer>=1',
    ends: 'integer>=1|null',
    threshold: 'number|null',
    propose: 'string',
    evaluate: 'string|null',
    continueWhenSolved: 'boolean',
  })
  const { order = 'preorder', branching = 2, depth = null, back = 2, ends = 1, threshold = null, evaluate = 'default' } = options
  const { continueWhenSolved = false } = options

  /** Goes on until there is work to ask for; undefined when all is searched. */
  function next(tree: Tree, memory: DfsdtMemory): Work | undefined {
    const { way } = memory
    for (let stop = way.at(-1); stop !== undefined; stop = way.at(-1)) {
      const child = stop.waiting.shift()
      if (child !== undefined) visit(tree, memory, child)
      else if (stop.tried < branching && !(stop.tried > 0 && tree.complete(stop.node)))
        return childrenOf(stop.node, order === 'ranked' ? branching - stop.tried : 1, options.propose, evaluate ?? undefined)
      else way.pop()
      if (ends !== null && memory.ends >= ends) return undefined
    }
    return undefined
  }

  /** Arrives at a child, and goes back from it at once where nothing follows. */
  function visit(tree: Tree, memory: DfsdtMemory, { node, value }: Found): void {
    if (tree.terminal(node)) {
      if (!tree.dead(node) && tree.answer(node) !== undefined && (threshold === null || value > threshold)) memory.ends++
      memory.way.length = Math.max(1, memory.way.length - (back - 1))
    } else if (open(tree, node) && (depth === null || tree.depth[node]! - tree.depth[tree.root]! < depth))
      memory.way.push({ node, tried: 0, waiting: [] })
  }

  return {
    name: 'dfsdt',
    settings: {
      order,
      branching,
      depth,
      back,
      ends,
      threshold,
      propose: options.propose ?? 'default',
      evaluate,
      continueWhenSolved,
    },
    start(tree) {
      forOnePlayer(tree, 'dfsdt')
      return {
        best: new BestNodes(),
        way: [{ node: tree.root, tried: 0, waiting: [] }],
        barren: new Barren(),
        busy: false,
        ends: 0,
      }
    },
    ask(tree, memory) {
      const work = memory.busy ? undefined : next(tree, memory)
      memory.busy ||= work !== undefined
      return work === undefined ? [] : [work]
    },
    tell(tree, memory, outcome: Outcome) {
      memory.busy = false
      const stop = memory.way.at(-1)
      if (stop === undefined) return
      const found = mostPromising(tree, foundChildren(tree, outcome, memory.best)).slice(0, branching - stop.tried)
      stop.waiting.push(...found)
      if (found.length > 0 || memory.barren.note(tree, stop.node, outcome)) stop.tried += Math.max(1, found.length)
    },
    done: (tree, memory) => (!continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, memory) => memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}
