// What AB-MCTS-A and -M share (Inoue et al., "Wider or Deeper? Scaling LLM Inference-Time Compute with Adaptive Branching Tree Search", 2025,
// arXiv:2503.04412): the way down from the root, at each node of which it is chosen between a new child and going deeper. How it is chosen is theirs.
import type { Json, NodeId } from '../../common.ts'
import type { Random } from '../../random.ts'
import type { Searcher } from '../../searcher.ts'
import type { Tree } from '../../tree.ts'
import type { Outcome, Trial, Work } from '../../trial.ts'
import { BestNodes } from '../best.ts'
import { judged } from '../children.ts'
import { Barren } from '../patience.ts'
import { forOnePlayer } from '../players.ts'
import { oneOf, type SettingRule } from '../settings.ts'
import { armNames } from './arms.ts'
import { Sums } from './sums.ts'

/** What `abMctsA` and `abMctsM` have in common. */
export interface AdaptiveBranchingOptions {
  /** Children that are proposed when a new one is chosen. Default 1, as in the paper. */
  readonly branching?: number
  /**
   * Names of the proposers. Of several, one is chosen whenever a new child is, by the scores of all children that it made so far.
   * Default `default`.
   */
  readonly propose?: string | readonly string[]
  /** How one of several proposers is chosen. Default `thompson`. */
  readonly among?: 'thompson' | 'ucb'
  /**
   * From which states it may go on: `open`, not from finished ones and dead ends; `unsolved`, from all but solved ones, where actions put
   * a whole new answer in place of the last. Default `open`.
   */
  readonly from?: 'open' | 'unsolved'
  /** What becomes of children whose state has been seen: `keep`; or `prune`, not to go on from them. Default `keep`. */
  readonly twins?: 'keep' | 'prune'
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

export const adaptiveBranchingRules: Readonly<Record<keyof AdaptiveBranchingOptions, SettingRule>> = {
  branching: 'integer>=1',
  propose: oneOf('string', 'object'),
  among: oneOf('thompson', 'ucb'),
  from: oneOf('open', 'unsolved'),
  twins: oneOf('keep', 'prune'),
  evaluate: 'string',
  continueWhenSolved: 'boolean',
}

/** What was seen so far. Scores count for the proposer that made the node, whether above or below. */
export interface Seen {
  /** By node: its own score and those of all nodes below it. */
  readonly subtree: Sums
  /** By node: the scores of its children. */
  readonly children: Sums
  /** By node: the scores of all nodes below its children. */
  readonly deeper: Sums
  /** By proposer: the scores of all nodes that it made. */
  readonly proposers: Sums
  /** By proposer: how many of its trials are under way. */
  readonly pending: Int32Array
}

/** What the two variants differ in. */
export interface AdaptiveBranching {
  readonly name: string
  readonly settings: Readonly<Record<string, Json>>
  /**
   * Whether to make a new child of a node (-1) or to go on to one of `open`, its children from which something follows: at least one.
   * @param mayGrow whether a new child can be had; otherwise -1 is no answer.
   */
  choose(tree: Tree, seen: Seen, node: NodeId, open: readonly NodeId[], mayGrow: boolean, random: Random): NodeId
  /** Which of several proposers makes the new child. */
  proposer(seen: Seen, random: Random): number
  check(score: number): void
}

interface AdaptiveMemory extends Seen {
  readonly best: BestNodes
  readonly barren: Barren
  /** Nodes that bring no new children, and nodes from which nothing follows at all. */
  readonly grown: Set<NodeId>
  readonly spent: Set<NodeId>
}

/** A searcher that goes down from the root and makes a child where the variant chooses to. */
export function adaptiveBranching(variant: AdaptiveBranching, options: AdaptiveBranchingOptions): Searcher<AdaptiveMemory> {
  const { branching = 1, among = 'thompson', from = 'open', twins = 'keep', continueWhenSolved = false } = options
  const names = armNames(variant.name, options.propose)
  const evaluate = [options.evaluate ?? 'default']

  function down(tree: Tree, memory: AdaptiveMemory, random: Random): NodeId | undefined {
    let node = tree.root
    if (memory.spent.has(node)) return undefined
    for (;;) {
      const open = tree.children(node).filter((child) => !memory.spent.has(child))
      if (open.length === 0) return node
      const next = variant.choose(tree, memory, node, open, !memory.grown.has(node), random)
      if (next < 0) return node
      node = next
    }
  }

  /** Counts the score of a new node for all above it, up to the root. */
  function count(tree: Tree, memory: AdaptiveMemory, node: NodeId, score: number): void {
    memory.subtree.add(node, score)
    let above = node === tree.root ? -1 : tree.parent[node]!
    if (above >= 0) memory.children.add(above, score)
    for (; above >= 0 && above !== tree.root; above = tree.parent[above]!) {
      memory.subtree.add(above, score)
      if (tree.parent[above]! >= 0) memory.deeper.add(tree.parent[above]!, score)
    }
  }

  /** Notes that nothing follows from a node, where that is so, and then of those above it. */
  function settle(tree: Tree, memory: AdaptiveMemory, from: NodeId): void {
    for (let node = from; node >= 0; node = tree.parent[node]!) {
      if (!memory.grown.has(node) || !tree.children(node).every((child) => memory.spent.has(child))) return
      memory.spent.add(node)
      if (node === tree.root) return
    }
  }

  const goesOn = (tree: Tree, node: NodeId): boolean =>
    (from === 'open' ? !tree.closed(node) : !tree.solved(node)) && (twins === 'keep' || tree.twin(node) === undefined)

  return {
    name: variant.name,
    settings: {
      ...variant.settings,
      branching,
      propose: names.length === 1 ? names[0]! : names,
      among,
      from,
      twins,
      evaluate: evaluate[0]!,
      continueWhenSolved,
    },
    twins: twins === 'prune',
    start(tree) {
      forOnePlayer(tree, variant.name)
      return {
        best: new BestNodes(),
        barren: new Barren(),
        grown: new Set(),
        spent: new Set(),
        subtree: new Sums(),
        children: new Sums(),
        deeper: new Sums(),
        proposers: new Sums(),
        pending: new Int32Array(names.length),
      }
    },
    ask(tree, memory, free, random) {
      const works: Work[] = []
      while (works.length < free) {
        const node = down(tree, memory, random)
        if (node === undefined) break
        const by = names.length === 1 ? 0 : variant.proposer(memory, random)
        memory.pending[by]!++
        works.push({ kind: 'expand', node, propose: { count: branching, by: names[by]! }, step: true, evaluate })
      }
      return works
    },
    tell(tree, memory, outcome) {
      const { node } = outcome.trial as Extract<Trial, { kind: 'expand' }>
      const by = proposerOf(outcome, names)
      if (memory.pending[by]! > 0) memory.pending[by]!--
      for (const [index, child] of outcome.nodes.entries()) {
        const score = outcome.evaluations[index]?.value
        judged(tree, child, score, memory.best)
        if (score !== undefined) {
          variant.check(score)
          count(tree, memory, child, score)
          memory.proposers.add(by, score)
        }
        if (goesOn(tree, child)) continue
        memory.grown.add(child)
        memory.spent.add(child)
      }
      if (memory.barren.note(tree, node, outcome) || tree.complete(node)) memory.grown.add(node)
      settle(tree, memory, node)
    },
    done: (tree, memory) => (!continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, memory) => memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}

function proposerOf({ trial }: Outcome, names: readonly string[]): number {
  return trial.kind === 'expand' ? Math.max(0, names.indexOf(trial.propose.by ?? 'default')) : 0
}
