// What a selection rule sees of each candidate, kept beside the candidates: a block is then read from one place in memory and not from all
// over the tree, which is where most of a large search's time goes. It knows neither trials nor budgets.
import type { NodeId } from '../common.ts'
import { keep } from '../keep.ts'
import type { Random } from '../random.ts'
import { type CandidateColumn, proof, Tree, untried } from '../tree.ts'
import type { Backup } from './backup.ts'
import { lessened } from './pending.ts'
import { type Selection, uct } from './select.ts'

/** A tree's candidates under one selection rule. Who changes a node's statistics or proof refreshes the way from it to the root. */
export class Edges {
  readonly #tree: Tree
  readonly #selection: Selection
  readonly #triesAllFirst: boolean
  /** Whether weights depend on priors, which then have to be read. */
  readonly #byPrior: boolean
  /** How many trials are counted in `pending`. */
  underWay = 0
  /** The way that was chosen last: nodes from the root, and the candidate chosen at each. */
  #nodes = new Int32Array(64)
  #candidates = new Int32Array(64)
  #steps = 0
  /** The node where the last choice was made. */
  last: NodeId = 0
  /** The scores of a node's candidates, while one is chosen. */
  #scores = new Float64Array(64)
  /** Random bits for the next node's ties. */
  #draw = 0
  readonly #initialValue: number | 'parent'
  readonly #busy: ReadonlySet<NodeId>
  readonly #virtualLoss: number
  /** Value from the side that chooses, in single precision. NaN: not known yet; -∞: cannot be chosen. */
  readonly #value: CandidateColumn
  /** Factor of the rule's term. */
  readonly #weight: CandidateColumn

  /**
   * @param initialValue of what was not tried, for rules that do not try all first.
   * @param busy nodes that are not chosen for now although they are open.
   * @param virtualLoss what each trial under way below a child counts as having lost; 0: it counts as a visit alone.
   */
  constructor(tree: Tree, selection: Selection, initialValue: number | 'parent', busy: ReadonlySet<NodeId>, virtualLoss = 0) {
    this.#tree = tree
    this.#selection = selection
    this.#triesAllFirst = selection.triesAllFirst
    this.#byPrior = selection.weight?.(0.25, 1) !== selection.weight?.(0.75, 1)
    this.#initialValue = initialValue
    this.#busy = busy
    this.#virtualLoss = virtualLoss
    // Searchers on one tree share what they know; weights and lessened values only where their rules are the same.
    this.#value = tree.candidateColumn(`value ${virtualLoss}`, Number.NaN)
    this.#weight = tree.candidateColumn(`${selection.name} weight`, 0)
  }

  /** Begins a way down from the root: what is chosen from now on is remembered. One draw serves the ties of all nodes on it. */
  begin(random: Random): void {
    this.#steps = 0
    this.#draw = random.integer() | 0
  }

  /**
   * Goes on down from a node, to the most promising candidate or child and on from that child, as far as there are candidates to choose from.
   * Ties fall to a random place to start from.
   * @param levels how many choices are made at most.
   * @returns the slot that was chosen last; -1 when none could be chosen. {@link last} is the node where.
   */
  descend(from: NodeId, levels: number): number {
    const selection = this.#selection
    const tree = this.#tree
    const { blockStart, blockSize, childOf, visits } = tree
    const pending = this.underWay === 0 ? undefined : tree.pending
    const values = this.#value.values
    const weights = this.#weight.values
    let steps = this.#steps
    let draw = this.#draw
    let node = from
    for (let level = 1; ; level++) {
      const size = blockSize[node]!
      const start = blockStart[node]!
      const term = selection.term(pending === undefined ? visits[node]! : visits[node]! + pending[node]!)
      const first = ((draw >>> 16) * size) >>> 16
      draw = Math.imul(draw, 0x9e3779b1) ^ node
      if (2 * size > this.#scores.length) this.#scores = new Float64Array(4 * size)
      const scores = this.#scores
      // No branch depends on a score: the processor cannot foresee which is the greatest, and most of a search's time goes into this.
      // The scores are written twice, one after the other, so that from any place on there are all of them.
      let sum = 0
      for (let i = 0; i < size; i++) {
        const score = values[start + i]! + term * weights[start + i]!
        scores[i] = score
        scores[size + i] = score
        sum += score
      }
      // Both halves at once; of an odd number the one in the middle belongs to both.
      const half = (size + 1) >> 1
      let a = first
      let b = first + size - half
      for (let i = a + 1, j = b + 1, stop = first + half; i < stop; i++, j++) {
        a ^= (a ^ i) & -Number(scores[i]! > scores[a]!)
        b ^= (b ^ j) & -Number(scores[j]! > scores[b]!)
      }
      a ^= (a ^ b) & -Number(scores[b]! > scores[a]!)
      let chosen = start + a
      chosen -= size & -Number(a >= size)
      // biome-ignore lint/suspicious/noSelfCompare: not a number, without a call
      if (sum !== sum) chosen = this.#chooseUnknown(node, start + first, term)
      else if (scores[a] === Number.NEGATIVE_INFINITY) chosen = -1
      const child = chosen < 0 ? -1 : childOf[chosen]!
      if (steps === this.#nodes.length) {
        this.#nodes = doubled(this.#nodes)
        this.#candidates = doubled(this.#candidates)
      }
      this.#nodes[steps] = node
      this.#candidates[steps++] = chosen - start
      if (child < 0 || level === levels || blockSize[child] === 0) {
        this.#steps = steps
        this.#draw = draw
        this.last = node
        return chosen
      }
      node = child
    }
  }

  /** Takes a candidate out of the choice until it is refreshed. */
  hide(slot: number): void {
    this.#value.values[slot] = Number.NEGATIVE_INFINITY
  }

  /** Reads anew what a candidate of `node` stands for. */
  refresh(node: NodeId, slot: number): void {
    const tree = this.#tree
    const child = tree.childOf[slot]!
    if (child < 0) this.#value.values[slot] = child === untried ? Number.NaN : Number.NEGATIVE_INFINITY
    else if (tree.proven(child) !== proof.open || this.#busy.has(child)) this.hide(slot)
    else this.#note(node, slot, child)
  }

  /** Notes value and weight of an open child. */
  #note(node: NodeId, slot: number, child: NodeId): void {
    const tree = this.#tree
    const { turn } = tree
    const { weight } = this.#selection
    const visits = tree.visits[child]!
    const sum = turn !== undefined && turn[child] !== turn[node] ? -tree.valueSum[child]! : tree.valueSum[child]!
    const pending = this.underWay === 0 ? 0 : tree.pending[child]!
    const seen = visits + pending
    this.#value.values[slot] = lessened(sum, visits, pending, this.#virtualLoss)
    // Rules without a weight are asked for each score.
    this.#weight.values[slot] = weight === undefined ? Number.NaN : weight(this.#byPrior ? this.#prior(node, slot) : 1, seen > 1 ? seen : 1)
  }

  /**
   * Carries a value from a leaf to the root by a rule, and notes what became of the way. It goes up the way that was chosen last, whose
   * arrays are at hand: for a leaf that was made at its end, while no other trial was under way.
   */
  backUpChosen(leaf: NodeId, value: number, backup: Backup): void {
    const tree = this.#tree
    const { turn, blockStart, visits, valueSum } = tree
    const { weight } = this.#selection
    const values = this.#value.values
    const weights = this.#weight.values
    let carried = value
    let child = leaf
    backup.update(tree, child, carried, true)
    for (let step = this.#steps - 1; step >= 0; step--) {
      const node = this.#nodes[step]!
      const slot = blockStart[node]! + this.#candidates[step]!
      const seen = visits[child]!
      const mean = valueSum[child]! / seen
      const opposed = turn !== undefined && turn[child] !== turn[node]
      values[slot] = opposed ? -mean : mean
      // Rules without a weight are asked for each score.
      weights[slot] = weight === undefined ? Number.NaN : weight(this.#byPrior ? this.#prior(node, slot) : 1, seen)
      if (opposed) carried = -carried
      backup.update(tree, node, carried, false)
      child = node
    }
  }

  /** Carries a value from a leaf to the root by a rule, and reads the way anew. */
  backUp(leaf: NodeId, value: number, backup: Backup): void {
    const tree = this.#tree
    const { turn, parent, blockStart, candidateOf, root } = tree
    let carried = value
    for (let node = leaf; ; ) {
      backup.update(tree, node, carried, node === leaf)
      const above = parent[node]!
      if (node === root || above < 0) return
      if (turn !== undefined && turn[node] !== turn[above]) carried = -carried
      this.refresh(above, blockStart[above]! + candidateOf[node]!)
      node = above
    }
  }

  /** Reads anew everything on the way from a node up to another, the root where none is given. */
  refreshPath(from: NodeId, to: NodeId = this.#tree.root): void {
    const { parent, blockStart, candidateOf, root } = this.#tree
    for (let node = from; node !== root; ) {
      const above = parent[node]!
      if (above < 0) return
      this.refresh(above, blockStart[above]! + candidateOf[node]!)
      if (node === to) return
      node = above
    }
  }

  /** The same choice where some candidates have no value yet, or the rule no weight. */
  #chooseUnknown(node: NodeId, first: number, term: number): number {
    const { blockStart, blockSize, childOf, visits, valueSum } = this.#tree
    const start = blockStart[node]!
    const end = start + blockSize[node]!
    // What is not tried comes first, in any order.
    if (this.#triesAllFirst && this.#tree.uniform) {
      const values = this.#value.values
      for (let slot = first, left = end - start; left > 0; left--) {
        if (childOf[slot] === untried && values[slot] !== Number.NEGATIVE_INFINITY) return slot
        if (++slot === end) slot = start
      }
    }
    const seen = visits[node]!
    const unknown = this.#initialValue !== 'parent' ? this.#initialValue : seen === 0 ? 0 : valueSum[node]! / seen
    let chosen = -1
    let best = Number.NEGATIVE_INFINITY
    let slot = first
    do {
      const score = this.#score(node, slot, unknown, term)
      if (score > best) {
        best = score
        chosen = slot
      }
      if (++slot === end) slot = start
    } while (slot !== first)
    return chosen
  }

  #score(node: NodeId, slot: number, unknown: number, term: number): number {
    const tree = this.#tree
    const value = this.#value.values[slot]!
    if (value === Number.NEGATIVE_INFINITY) return value
    const prior = this.#prior(node, slot)
    const child = tree.childOf[slot]!
    if (child < 0 && child !== untried) return Number.NEGATIVE_INFINITY
    if (child < 0) return this.#triesAllFirst ? Number.MAX_VALUE * (0.5 + prior / 2) : this.#selection.score(unknown, prior, 0, term)
    const visits = Math.max(1, tree.visits[child]! + (this.underWay === 0 ? 0 : tree.pending[child]!))
    return this.#selection.score(Number.isNaN(value) ? unknown : value, prior, visits, term)
  }

  #prior(node: NodeId, slot: number): number {
    return this.#tree.uniform ? 1 / this.#tree.blockSize[node]! : this.#tree.priors[slot]!
  }
}

keep(new Edges(new Tree(), uct(1), 0, new Set()))

function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(2 * values.length)
  longer.set(values)
  return longer
}
