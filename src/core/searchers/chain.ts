// Chains of single steps from the root to a finished state: what greedy decoding, best-of-n and voting are made of.
import type { NodeId } from '../common.ts'
import type { Tree } from '../tree.ts'
import type { Outcome, Work } from '../trial.ts'
import { BestNodes } from './best.ts'

export interface ChainSettings {
  /** How many chains; null: until the budget ends. */
  readonly chains: number | null
  readonly propose: string | undefined
  /** Evaluator of finished chains; undefined: none is asked. */
  readonly evaluate: string | undefined
}

/** Grows chains side by side, each one step at a time, and judges what they end in. */
export class Chains {
  readonly best = new BestNodes()
  /** Ends of finished chains, with their values (NaN without an evaluator). */
  readonly ends: { readonly node: NodeId; readonly value: number }[] = []
  readonly #settings: ChainSettings
  readonly #tips: NodeId[] = []
  readonly #unjudged: NodeId[] = []
  #started = 0
  #barren = 0
  #first: NodeId | undefined

  constructor(settings: ChainSettings) {
    this.#settings = settings
  }

  /** The best judged end; before any is judged, because the budget ended or judging failed, the first end. */
  get answer(): NodeId | undefined {
    return this.best.node ?? this.#first
  }

  /** At most `free` steps: first those that finish what was begun. */
  ask(tree: Tree, free: number): Work[] {
    const { chains, propose, evaluate } = this.#settings
    const ask = { count: 1, ...(propose === undefined ? {} : { by: propose }) }
    const works: Work[] = []
    while (works.length < free) {
      const judged = this.#unjudged.shift()
      const tip = judged === undefined ? this.#tips.shift() : undefined
      if (judged !== undefined) works.push({ kind: 'evaluate', nodes: [judged], by: evaluate ?? 'default' })
      else if (tip !== undefined) works.push({ kind: 'expand', node: tip, propose: ask, step: true })
      else if ((chains === null || this.#started < chains) && this.#barren < patience) {
        this.#started++
        works.push({ kind: 'expand', node: tree.root, propose: ask, step: true })
      } else break
    }
    return works
  }

  tell(tree: Tree, outcome: Outcome): void {
    const { trial } = outcome
    if (trial.kind === 'evaluate') {
      this.#end(tree, trial.nodes[0]!, outcome.value)
      return
    }
    const [node] = outcome.nodes
    if (node === undefined) {
      this.#barren++
      const stuck = outcome.node
      // A chain that cannot go on ends where it is.
      if (stuck !== tree.root && outcome.status !== 'cancelled') this.#finish(tree, stuck)
    } else {
      this.#barren = 0
      if (tree.terminal(node)) this.#finish(tree, node)
      else this.#tips.push(node)
    }
  }

  #finish(tree: Tree, node: NodeId): void {
    this.#first ??= node
    if (this.#settings.evaluate === undefined) this.#end(tree, node, Number.NaN)
    else this.#unjudged.push(node)
  }

  #end(tree: Tree, node: NodeId, value: number): void {
    if (!Number.isNaN(value)) {
      tree.visits[node]!++
      tree.valueSum[node]! += value
    }
    this.ends.push({ node, value })
    this.best.consider(tree, node, value)
  }
}

/** Chains in a row that brought nothing before giving up. */
const patience = 8
