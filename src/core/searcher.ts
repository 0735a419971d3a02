// The contract of a searcher: the algorithm. It never calls a model or an environment; it asks for work and is told what came of it.
import type { Json, NodeId } from './common.ts'
import type { Random } from './random.ts'
import type { Tree } from './tree.ts'
import type { Outcome, Work } from './trial.ts'

/**
 * A tree-search algorithm.
 *
 * `memory` holds what the algorithm needs beside the tree (a heap, a wave). It is never stored: it is made again by telling the log again,
 * so `ask` and `tell` may depend on nothing but their arguments.
 */
// biome-ignore lint/suspicious/noExplicitAny: a searcher's memory is its own business; callers only hand it back
export interface Searcher<Memory = any> {
  readonly name: string
  /** All that changes what it does; goes into the run's fingerprint. */
  readonly settings?: Json
  /** False when it never looks at twins, so that states need no keys. Default true. */
  readonly twins?: boolean
  start(tree: Tree): Memory
  /** At most `free` pieces of work. None while some are under way means waiting; none otherwise means exhausted. */
  ask(tree: Tree, memory: Memory, free: number, random: Random): readonly Work[]
  /** Told in the order asked, whatever order the outcomes arrive in. */
  tell(tree: Tree, memory: Memory, outcome: Outcome): void
  done?(tree: Tree, memory: Memory): 'solved' | 'converged' | undefined
  /** The best node so far; may be asked for at any time. */
  best(tree: Tree, memory: Memory): NodeId | undefined
  /** The `count` best answers, best first. */
  answers?(tree: Tree, memory: Memory, count: number, random: Random): readonly NodeId[]
  /** A fast path: what pure searches that do one thing at a time use instead of `ask` and `tell`. Must grow the tree that those grow. */
  readonly visits?: Visits<Memory>
}

/** One visit of a candidate after another, without objects for work and outcomes. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export interface Visits<Memory = any> {
  /** What it stands for. A searcher made from another one by replacing either of them is asked and told as if this were not there. */
  readonly ask: Searcher<Memory>['ask']
  readonly tell: Searcher<Memory>['tell']
  /** Name of the evaluator. It judges each new node; where something follows there, its actions are listed then. */
  readonly evaluate: string
  /** Writes to `place` which candidate is made a node. False when other work is due, or none: then `ask` is asked, and says which. */
  next(tree: Tree, memory: Memory, random: Random, place: Place): boolean
  /** The node that was made there, and its value. */
  told(tree: Tree, memory: Memory, node: NodeId, value: number): void
}

/** A candidate: its node, and its place in that node's block. */
export interface Place {
  node: NodeId
  candidate: number
}
