// Diverse verifier tree search (Beeching, Tunstall and Rush 2024, "Scaling test-time compute with open models", Hugging Face): independent subtrees,
// each a beam of one, so that one early favourite cannot crowd out the others as it does in beam search.
import type { NodeId } from '../common.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import type { Outcome } from '../trial.ts'
import { BestNodes } from './best.ts'
import { childrenOf, type Found, foundChildren, mostPromising } from './children.ts'
import { Barren, patience } from './patience.ts'
import { forOnePlayer } from './players.ts'
import { checkSettings } from './settings.ts'

/** Options of `dvts`. */
export interface DvtsOptions {
  /** Subtrees at a time (N / M in the paper). Default 4. */
  readonly n?: number
  /** Children proposed at each step of a subtree (M in the paper). Default 4. */
  readonly branching?: number
  /** Deepest level. Default: no limit. */
  readonly depth?: number | null
  /** How many new subtrees are begun in the places of those that have ended; null: until the budget ends. Default 0. */
  readonly restarts?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/** A beam of one. */
interface Subtree {
  tip: NodeId
  /** Trials it was given. */
  asked: number
  busy: boolean
  over: boolean
  /** It went on to a state of its own since it began. */
  grown: boolean
}

interface DvtsMemory {
  readonly best: BestNodes
  readonly subtrees: readonly Subtree[]
  /** States that some subtree went on to; of twins, the first. */
  readonly taken: Set<NodeId>
  readonly barren: Barren
  restarts: number
  /** Subtrees in a row that ended without a state of their own. */
  fruitless: number
}

/**
 * DVTS. Each subtree proposes `branching` children of its state, and goes on to the one of the greatest value; it ends when that one is finished.
 * States that another subtree has taken come last, so that subtrees differ from the root on. Trials are given to the subtree that had the fewest, so
 * that the budget is split evenly. The best finished state of all is the answer.
 *
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: dvts({ n: 4, branching: 4 }), concurrency: 4 })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 */
export function dvts(options: DvtsOptions = {}): Searcher<DvtsMemory> {
  checkSettings('dvts', options, {
    n: 'integer>=1',
    branching: 'integer>=1',
    depth: 'integer>=1|null',
    restarts: 'integer>=0|null',
    propose: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const { n = 4, branching = 4, depth = null, restarts = 0, evaluate = 'default', continueWhenSolved = false } = options

  /** Goes on to the most promising child, or ends. */
  function advance(tree: Tree, memory: DvtsMemory, subtree: Subtree, found: readonly Found[]): void {
    const next = chosen(tree, memory, subtree.tip, found)
    if (next === undefined) {
      end(tree, memory, subtree)
      return
    }
    const state = tree.twin(next) ?? next
    if (!memory.taken.has(state)) subtree.grown = true
    memory.taken.add(state)
    subtree.tip = next
    if (tree.closed(next) || (depth !== null && tree.depth[next]! - tree.depth[tree.root]! >= depth)) end(tree, memory, subtree)
  }

  function end(tree: Tree, memory: DvtsMemory, subtree: Subtree): void {
    memory.fruitless = subtree.grown ? 0 : memory.fruitless + 1
    if ((restarts !== null && memory.restarts >= restarts) || memory.fruitless >= patience) {
      subtree.over = true
      return
    }
    memory.restarts++
    subtree.tip = tree.root
    subtree.grown = false
  }

  return {
    name: 'dvts',
    settings: { n, branching, depth, restarts, propose: options.propose ?? 'default', evaluate, continueWhenSolved },
    start(tree) {
      forOnePlayer(tree, 'dvts')
      const subtrees = Array.from({ length: n }, () => ({ tip: tree.root, asked: 0, busy: false, over: false, grown: false }))
      return { best: new BestNodes(), subtrees, taken: new Set(), barren: new Barren(), restarts: 0, fruitless: 0 }
    },
    ask(tree, memory, free) {
      const works = []
      while (works.length < free) {
        const index = nextSubtree(memory.subtrees)
        const subtree = memory.subtrees[index]
        if (subtree === undefined) break
        // Where all children are known, there is nothing to ask.
        if (tree.complete(subtree.tip)) {
          advance(tree, memory, subtree, [])
          continue
        }
        subtree.asked++
        subtree.busy = true
        works.push({ ...childrenOf(subtree.tip, branching, options.propose, evaluate), tag: index })
      }
      return works
    },
    tell(tree, memory, outcome: Outcome) {
      const subtree = memory.subtrees[outcome.trial.tag as number]!
      subtree.busy = false
      const found = foundChildren(tree, outcome, memory.best)
      const stuck = memory.barren.note(tree, subtree.tip, outcome)
      if (found.length > 0 || stuck || chosen(tree, memory, subtree.tip, []) !== undefined) advance(tree, memory, subtree, found)
    },
    done: (tree, memory) => (!continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, memory) => memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}

/** The idle subtree that had the fewest trials; -1 when none is idle. */
function nextSubtree(subtrees: readonly Subtree[]): number {
  let next = -1
  for (const [index, { asked, busy, over }] of subtrees.entries())
    if (!busy && !over && (next < 0 || asked < subtrees[next]!.asked)) next = index
  return next
}

/** What a subtree goes on to: the most promising of what it just found and of the open children known before, states not taken by another first. */
function chosen(tree: Tree, { taken }: DvtsMemory, tip: NodeId, found: readonly Found[]): NodeId | undefined {
  const own = new Set(found.map(({ node }) => node))
  const known = tree.children(tip).filter((node) => !own.has(node) && !tree.closed(node))
  const all = [...found, ...known.map((node) => ({ node, value: tree.visits[node]! > 0 ? tree.mean(node) : Number.NEGATIVE_INFINITY }))]
  const ranked = mostPromising(
    tree,
    all.filter(({ node }) => tree.terminal(node) || !tree.dead(node)),
  )
  return (ranked.find(({ node }) => !taken.has(tree.twin(node) ?? node)) ?? ranked[0])?.node
}
