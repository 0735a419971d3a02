// Adaptive branching (Inoue et al. 2025, "Wider or Deeper?", arXiv:2503.04412): what AB-MCTS-A and AB-MCTS-M share. From the root on, each node
// decides between one more child (GEN) and going on from one it has (CONT), until one decides for a child. How to decide is the caller's.
import type { Json, NodeId } from '../../common.ts'
import type { Random } from '../../random.ts'
import type { Searcher } from '../../searcher.ts'
import type { Tree } from '../../tree.ts'
import type { Work } from '../../trial.ts'
import { BestNodes } from '../best.ts'
import { childrenOf, foundChildren } from '../children.ts'
import { forOnePlayer } from '../players.ts'
import { Frontier } from './frontier.ts'

/** What one node has to choose from. Never both empty. */
export interface Choice {
  readonly tree: Tree
  readonly node: NodeId
  /** Children that it may go on from. */
  readonly children: readonly NodeId[]
  /** Numbers of the proposers that may make one more child. */
  readonly proposers: readonly number[]
}

/** How a search decides, and what it remembers to do so. */
export interface Decider {
  /** A child to go on from, or `newBy(proposer)`. */
  choose(choice: Choice, random: Random): number
  /** A child made by a proposer was scored. */
  tell(tree: Tree, child: NodeId, proposer: number, score: number): void
}

/** The decision for a new child by a proposer. */
export function newBy(proposer: number): number {
  return -1 - proposer
}

export interface AdaptiveOptions {
  readonly name: string
  readonly settings: Readonly<Record<string, Json>>
  /** Names of the proposers. */
  readonly proposers: readonly string[]
  readonly evaluate: string
  readonly depth: number | null
  readonly continueWhenSolved: boolean
  readonly decider: () => Decider
}

export interface AdaptiveMemory {
  readonly best: BestNodes
  readonly frontier: Frontier
  readonly decider: Decider
}

/** The searcher around a decider. `visits` and `valueSum` of the tree's nodes count the scores at a node and below. */
export function adaptive(options: AdaptiveOptions): Searcher<AdaptiveMemory> {
  const { name, proposers, evaluate, depth, continueWhenSolved } = options

  function next(tree: Tree, { frontier, decider }: AdaptiveMemory, random: Random): Work {
    for (let node = tree.root; ; ) {
      const choice = { tree, node, children: frontier.children(node), proposers: frontier.proposers(tree, node) }
      const chosen = decider.choose(choice, random)
      if (chosen < 0) return { ...childrenOf(node, 1, proposers[-1 - chosen]!, evaluate), tag: -1 - chosen }
      node = chosen
    }
  }

  return {
    name,
    settings: { ...options.settings, propose: proposers, evaluate, depth, continueWhenSolved },
    start(tree) {
      forOnePlayer(tree, name)
      return { best: new BestNodes(), frontier: new Frontier(proposers.length, depth), decider: options.decider() }
    },
    ask(tree, memory, free, random) {
      const works: Work[] = []
      while (works.length < free && memory.frontier.alive(tree, tree.root)) works.push(next(tree, memory, random))
      return works
    },
    tell(tree, memory, outcome) {
      const proposer = outcome.trial.tag as number
      for (const { node, value } of foundChildren(tree, outcome, memory.best))
        if (value > Number.NEGATIVE_INFINITY) {
          countAbove(tree, node, value)
          memory.decider.tell(tree, node, proposer, value)
        }
      memory.frontier.tell(tree, proposer, outcome)
    },
    done: (tree, memory) => (!continueWhenSolved && memory.best.solved(tree) ? 'solved' : undefined),
    best: (_tree, memory) => memory.best.node,
    answers: (tree, memory, count) => memory.best.answers(tree, count),
  }
}

/** Counts a child's score at all nodes above it. */
function countAbove(tree: Tree, child: NodeId, score: number): void {
  for (let node = child; node !== tree.root && tree.parent[node]! >= 0; ) {
    node = tree.parent[node]!
    tree.visits[node]!++
    tree.valueSum[node]! += score
  }
}
