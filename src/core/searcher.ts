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
}
