// Growing a tree level by level: all states that were chosen are gone on from before any of their children is. Which are chosen, and how many
// children each gets, is the searcher's own.
import type { NodeId } from '../common.ts'
import type { Tree } from '../tree.ts'
import type { Outcome, Work } from '../trial.ts'
import { BestNodes } from './best.ts'
import { childrenOf, type Found, foundChildren, judged } from './children.ts'
import { patience } from './patience.ts'

/** A state to go on from, and how many children are proposed for it; with 0 it stays as it is, to be judged again with the next level. */
export interface Growing {
  readonly node: NodeId
  readonly count: number
}

/** Chooses what to go on from, given the children found on a level (1 for the root's). Nothing: the round is over. */
export type Choose = (tree: Tree, found: readonly Found[], level: number) => readonly Growing[]

export interface LevelSettings {
  readonly propose: string | undefined
  readonly evaluate: string
  /** All children of a level are judged as one group, in a trial of their own; otherwise the children of each state by themselves. */
  readonly together: boolean
  /** Children proposed at the root. */
  readonly rootCount: number
  /** How often to begin again from the root when nothing is left to go on from; null: until the budget ends. */
  readonly restarts: number | null
  /** Called at the beginning of each round. */
  round(): Choose
}

/** Grows level by level. */
export class Levels {
  /** The best of all rounds; where a level is judged together, of the last level that had a finished state, because such values compare within a level alone. */
  best = new BestNodes()
  /** Finished states of all rounds, with their last values. */
  readonly ends = new Map<NodeId, number>()
  readonly #settings: LevelSettings
  #queue: Growing[] = []
  #found: Found[] = []
  #pending = 0
  #level = 0
  #rounds = 0
  /** Rounds in a row that made no node; a few are borne. */
  #barren = 0
  #grown = false
  #unjudged = false
  #choose: Choose

  constructor(settings: LevelSettings) {
    this.#settings = settings
    this.#choose = settings.round()
  }

  ask(tree: Tree, free: number): Work[] {
    const { propose, evaluate, together } = this.#settings
    const works: Work[] = []
    while (works.length < free) {
      if (this.#queue.length === 0 && (this.#pending > 0 || !this.#advance(tree))) break
      this.#pending++
      const next = this.#queue.shift()
      if (next === undefined) works.push({ kind: 'evaluate', nodes: this.#found.map(({ node }) => node), by: evaluate })
      else works.push(childrenOf(next.node, next.count, propose, together ? undefined : evaluate))
    }
    return works
  }

  tell(tree: Tree, outcome: Outcome): void {
    this.#pending--
    if (outcome.trial.kind === 'evaluate') this.#judge(tree, outcome)
    else {
      const found = foundChildren(tree, outcome, this.best)
      this.#found.push(...found)
      if (found.length > 0) this.#grown = this.#unjudged = true
    }
    for (const { node, value } of this.#found) if (tree.terminal(node)) this.ends.set(node, value)
  }

  /** To the next level, to the judging of this one, or to a new round; false when there is none. */
  #advance(tree: Tree): boolean {
    const { together, rootCount, restarts, round } = this.#settings
    if (together && this.#unjudged) {
      this.#unjudged = false
      return true
    }
    if (this.#level > 0) {
      const chosen = this.#choose(tree, this.#found, this.#level)
      this.#queue = chosen.filter(({ count }) => count > 0)
      const kept = new Set(chosen.filter(({ count }) => count === 0).map(({ node }) => node))
      this.#found = this.#queue.length === 0 ? [] : this.#found.filter(({ node }) => kept.has(node))
      this.#unjudged = false
      if (this.#queue.length === 0) {
        this.#barren = this.#grown ? 0 : this.#barren + 1
        if ((restarts !== null && this.#rounds > restarts) || this.#barren >= patience) return false
        this.#level = 0
      }
    }
    if (this.#level++ === 0) {
      this.#rounds++
      this.#grown = false
      this.#choose = round()
      this.#queue = [{ node: tree.root, count: rootCount }]
    }
    return true
  }

  #judge(tree: Tree, outcome: Outcome): void {
    if (outcome.evaluations.length === 0) return
    const nodes = this.#found.map(({ node }) => node)
    if (nodes.some((node) => tree.terminal(node))) this.best = new BestNodes()
    this.#found = nodes.map((node, index) => judged(tree, node, outcome.evaluations[index]?.value, this.best))
  }
}
