// AB-MCTS-M: adaptive branching with a mixed model (Inoue et al. 2025, "Wider or Deeper?", arXiv:2503.04412, section 3). The subtrees of a node's
// children are groups of scores; a new child is a new group. Priors and pruning are those of the authors' TreeQuest.
import type { NodeId } from '../common.ts'
import type { Random } from '../random.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import { type AdaptiveMemory, adaptive, type Choice, type Decider, newBy } from './ab-mcts/adaptive.ts'
import { armNames, highest, ucb1 } from './ab-mcts/arms.ts'
import { MixedModel, type MixedPrior } from './ab-mcts/mixed-model.ts'
import { Sums } from './ab-mcts/sums.ts'
import { checkSettings, oneOf, outOfRange } from './settings.ts'

/** When nothing goes on from a child any more: its subtree brings the same score again and again. */
export interface Pruning {
  /** Scores that a subtree has at least. Default 4. */
  readonly size?: number
  /** Part of them that are the same when rounded to hundredths, in [0, 1]. Default 0.75. */
  readonly share?: number
}

export interface AbMctsMOptions {
  readonly prior?: MixedPrior
  /** Sweeps of the sampler that a decision is drawn from. Default 200. */
  readonly sweeps?: number
  /** null: never. Default `{ size: 4, share: 0.75 }`. */
  readonly prune?: Pruning | null
  /** Names of proposers: one, or several that compete. Default `default`. */
  readonly propose?: string | readonly string[]
  /** How one of several proposers is chosen for a new child: by the same mixed model, each a group of all it made, or UCB1. Default `thompson`. */
  readonly among?: 'thompson' | 'ucb'
  /** Most steps from the root. Default: no limit. */
  readonly depth?: number | null
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/**
 * AB-MCTS-M. Each trial descends from the root. At a node it fits a mixed model to the scores below, each child's score and all below that a group,
 * draws the next score of each group and that of a new one (GEN) from the posterior, and follows the highest: to one more child, or to the child
 * whose group it is. Finished, dead and repeated states are groups too, but nothing goes on from them. Where the highest is a child whose
 * subtree brings one score again and again, the next best child is taken; where all are such, a new one.
 *
 *   y ~ N(α_j, σ_y²),  α_j ~ N(μ, σ_α²),  μ ~ N(0.5, 0.2²),  σ_α ~ HalfNormal(0.2),  σ_y ~ HalfNormal(0.3)
 *
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: abMctsM(), budget: { calls: 50 } })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range; `E_SEARCHER_PLAYERS` in a game for two.
 */
export function abMctsM(options: AbMctsMOptions = {}): Searcher<AdaptiveMemory> {
  const name = 'ab-mcts-m'
  checkSettings(name, options, {
    prior: 'object',
    sweeps: 'integer>=1',
    prune: 'object|null',
    propose: ['string', 'object'],
    among: oneOf('thompson', 'ucb'),
    depth: 'integer>=1|null',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const { sweeps = 200, among = 'thompson', depth = null, evaluate = 'default', continueWhenSolved = false } = options
  const prior = { mean: 0.5, meanDeviation: 0.2, groupDeviation: 0.2, scoreDeviation: 0.3, ...options.prior }
  checkSettings(`${name}'s prior`, prior, { mean: 'number', meanDeviation: 'number', groupDeviation: 'number', scoreDeviation: 'number' })
  for (const [key, value] of Object.entries(prior))
    if (key !== 'mean' && value <= 0) throw outOfRange(`${name}'s prior`, key, value, 'a number above 0')
  const prune = options.prune === null ? null : { size: 4, share: 0.75, ...options.prune }
  checkSettings(`${name}'s pruning`, prune ?? {}, { size: 'integer>=1', share: 'number>=0' })
  const proposers = armNames(name, options.propose)
  return adaptive({
    name,
    settings: { prior, sweeps, prune, among },
    proposers,
    evaluate,
    depth,
    continueWhenSolved,
    decider: () => new Mixed(new MixedModel(prior, sweeps), prune, among, proposers.length),
  })
}

class Mixed implements Decider {
  readonly #model: MixedModel
  readonly #prune: Required<Pruning> | null
  readonly #among: 'thompson' | 'ucb'
  readonly #arms: number
  /** By node: its own score and all below. By proposer: scores of all it made. */
  readonly #subtree = new Sums()
  readonly #made = new Sums()
  /** By node: how often each score came, in hundredths. */
  readonly #scores = new Map<NodeId, Map<number, number>>()

  constructor(model: MixedModel, prune: Required<Pruning> | null, among: 'thompson' | 'ucb', arms: number) {
    this.#arms = arms
    this.#model = model
    this.#prune = prune
    this.#among = among
  }

  choose({ tree, node, children, proposers }: Choice, random: Random): number {
    if (children.length === 0) return newBy(this.#proposer(proposers, random))
    if (children.length === 1 && proposers.length === 0) return children[0]!
    const places = new Map<NodeId, number>()
    this.#model.clear()
    for (const child of tree.children(node)) places.set(child, this.#group(this.#subtree, child))
    const drawn = this.#model.draw(random)
    const score = (child: NodeId) => drawn[places.get(child)!]!
    const best = children[highest(children.length, (at) => score(children[at]!))]!
    if (proposers.length > 0 && drawn[places.size]! > score(best)) return newBy(this.#proposer(proposers, random))
    if (!this.#pruned(best)) return best
    const left = children.filter((child) => !this.#pruned(child))
    if (left.length > 0) return left[highest(left.length, (at) => score(left[at]!))]!
    return proposers.length > 0 ? newBy(this.#proposer(proposers, random)) : best
  }

  tell(tree: Tree, child: NodeId, proposer: number, score: number): void {
    this.#made.add(proposer, score)
    for (let node = child; node !== tree.root && tree.parent[node]! >= 0; node = tree.parent[node]!) {
      this.#subtree.add(node, score)
      if (this.#prune !== null) this.#count(node, Math.round(100 * score))
    }
  }

  #group(sums: Sums, at: number): number {
    const count = sums.counted(at)
    return this.#model.add(count, count === 0 ? 0 : sums.sum[at]!, sums.spread(at))
  }

  #proposer(proposers: readonly number[], random: Random): number {
    if (proposers.length === 1) return proposers[0]!
    if (this.#among === 'ucb')
      return proposers[highest(proposers.length, (at) => ucb1(this.#made, proposers[at]!, this.#arms, Math.SQRT2))]!
    this.#model.clear()
    for (const proposer of proposers) this.#group(this.#made, proposer)
    const drawn = this.#model.draw(random)
    return proposers[highest(proposers.length, (at) => drawn[at]!)]!
  }

  #count(node: NodeId, score: number): void {
    const scores = this.#scores.get(node)
    if (scores === undefined) this.#scores.set(node, new Map([[score, 1]]))
    else scores.set(score, (scores.get(score) ?? 0) + 1)
  }

  #pruned(node: NodeId): boolean {
    const count = this.#subtree.counted(node)
    if (this.#prune === null || count < this.#prune.size) return false
    return Math.max(...this.#scores.get(node)!.values()) / count >= this.#prune.share
  }
}
