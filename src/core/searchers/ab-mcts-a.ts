// AB-MCTS-A: adaptive branching with aggregated nodes (Inoue et al. 2025, "Wider or Deeper?", arXiv:2503.04412, section 3). Thompson sampling
// decides at each node whether one more child, or going on from one, promises more. Priors and defaults are those of the authors' TreeQuest.
import type { NodeId } from '../common.ts'
import type { Random } from '../random.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import { type AdaptiveMemory, adaptive, type Choice, type Decider, newBy } from './ab-mcts/adaptive.ts'
import { armNames, expectedMeans, highest, ucb1 } from './ab-mcts/arms.ts'
import { type Posterior, type PosteriorOptions, posteriorOf } from './ab-mcts/posterior.ts'
import { Sums } from './ab-mcts/sums.ts'
import { checkSettings, oneOf } from './settings.ts'

export interface AbMctsAOptions extends PosteriorOptions {
  /** Names of proposers: one, or several that compete. Default `default`. */
  readonly propose?: string | readonly string[]
  /**
   * How one of several proposers is chosen. `thompson` and `ucb`: once a node has decided for a new child, by all the scores that each brought
   * anywhere; `stack`: at each node first of all, by the scores at its children and below, and then whether new or deeper. Default `thompson`.
   */
  readonly among?: 'thompson' | 'ucb' | 'stack'
  /** Mean score expected of a proposer, by name; for the choice among several. Default: the prior's. */
  readonly expected?: Readonly<Record<string, number>>
  /** Most steps from the root. Default: no limit. */
  readonly depth?: number | null
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/**
 * AB-MCTS-A. Each trial descends from the root. At a node N it draws μ_GEN from the posterior given the scores of N's children, and μ_CONT given
 * the scores of all below them. If μ_GEN is higher, or there is nothing to go on from, N gets one more child, which is judged. Otherwise it draws
 * a μ for each child, given the child's score and all scores below it, and goes on at the highest. Finished, dead and repeated states count in
 * the posteriors, but nothing goes on from them: where all children are such, N gets one more.
 *
 * Posteriors are Gaussian with unknown variance (normal, inverse χ²; prior m = 0, κ = 1, ν = 1, τ² = 0.1), or beta (prior 1/2, 1/2).
 *
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: abMctsA(), budget: { calls: 100 } })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range; `E_SEARCHER_PLAYERS` in a game for two; `E_SEARCHER_SCORE` for
 * a score outside [0, 1] with `posterior: 'beta'`.
 */
export function abMctsA(options: AbMctsAOptions = {}): Searcher<AdaptiveMemory> {
  checkSettings('ab-mcts-a', options, {
    posterior: oneOf('gaussian', 'beta'),
    prior: 'object',
    propose: ['string', 'object'],
    among: oneOf('thompson', 'ucb', 'stack'),
    expected: 'object',
    depth: 'integer>=1|null',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const { among = 'thompson', expected = {}, depth = null, evaluate = 'default', continueWhenSolved = false } = options
  const posterior = posteriorOf('ab-mcts-a', options)
  const proposers = armNames('ab-mcts-a', options.propose)
  const means = expectedMeans('ab-mcts-a', proposers, expected)
  return adaptive({
    name: 'ab-mcts-a',
    settings: { ...posterior.settings, among, expected },
    proposers,
    evaluate,
    depth,
    continueWhenSolved,
    decider: () => (among === 'stack' ? new Stacked(posterior, means) : new Shared(posterior, means, among)),
  })
}

/** New or deeper first, then by whom. */
class Shared implements Decider {
  readonly #posterior: Posterior
  readonly #means: readonly (number | undefined)[]
  readonly #among: 'thompson' | 'ucb'
  /** By node: scores of its children; of all below them; its own and all below. */
  readonly #fresh = new Sums()
  readonly #deeper = new Sums()
  readonly #subtree = new Sums()
  /** By proposer: scores of all it made. */
  readonly #made = new Sums()

  constructor(posterior: Posterior, means: readonly (number | undefined)[], among: 'thompson' | 'ucb') {
    this.#posterior = posterior
    this.#means = means
    this.#among = among
  }

  choose({ node, children, proposers }: Choice, random: Random): number {
    const { draw } = this.#posterior
    const fresh = children.length === 0 || (proposers.length > 0 && draw(random, this.#fresh, node) >= draw(random, this.#deeper, node))
    if (fresh) return newBy(this.#proposer(proposers, random))
    return children[highest(children.length, (at) => draw(random, this.#subtree, children[at]!))]!
  }

  tell(tree: Tree, child: NodeId, proposer: number, score: number): void {
    this.#posterior.check(score)
    this.#made.add(proposer, score)
    this.#subtree.add(child, score)
    let node = tree.parent[child]!
    this.#fresh.add(node, score)
    for (; node !== tree.root && tree.parent[node]! >= 0; node = tree.parent[node]!) {
      this.#subtree.add(node, score)
      this.#deeper.add(tree.parent[node]!, score)
    }
  }

  #proposer(proposers: readonly number[], random: Random): number {
    if (proposers.length === 1) return proposers[0]!
    const score = (proposer: number) =>
      this.#among === 'ucb'
        ? ucb1(this.#made, proposer, this.#means.length, Math.SQRT2)
        : this.#posterior.draw(random, this.#made, proposer, this.#means[proposer])
    return proposers[highest(proposers.length, (at) => score(proposers[at]!))]!
  }
}

/** By whom first, then new or deeper among what that proposer made. Sums are by node and proposer. */
class Stacked implements Decider {
  readonly #posterior: Posterior
  readonly #means: readonly (number | undefined)[]
  readonly #fresh = new Sums()
  readonly #deeper = new Sums()
  readonly #either = new Sums()
  readonly #subtree = new Sums()
  readonly #maker = new Map<NodeId, number>()

  constructor(posterior: Posterior, means: readonly (number | undefined)[]) {
    this.#posterior = posterior
    this.#means = means
  }

  choose({ node, children, proposers }: Choice, random: Random): number {
    const { draw } = this.#posterior
    const able = this.#means
      .map((_, proposer) => proposer)
      .filter((proposer) => proposers.includes(proposer) || children.some((child) => this.#maker.get(child) === proposer))
    // Children without a score have no maker; they wait for those that have one.
    if (able.length === 0) return children[random.below(children.length)]!
    const proposer = able[highest(able.length, (at) => draw(random, this.#either, this.#slot(node, able[at]!), this.#means[able[at]!]))]!
    const own = children.filter((child) => this.#maker.get(child) === proposer)
    const slot = this.#slot(node, proposer)
    const fresh = own.length === 0 || (proposers.includes(proposer) && draw(random, this.#fresh, slot) >= draw(random, this.#deeper, slot))
    return fresh ? newBy(proposer) : own[highest(own.length, (at) => draw(random, this.#subtree, own[at]!))]!
  }

  tell(tree: Tree, child: NodeId, proposer: number, score: number): void {
    this.#posterior.check(score)
    this.#maker.set(child, proposer)
    this.#subtree.add(child, score)
    let node = tree.parent[child]!
    this.#fresh.add(this.#slot(node, proposer), score)
    this.#either.add(this.#slot(node, proposer), score)
    for (; node !== tree.root && tree.parent[node]! >= 0; node = tree.parent[node]!) {
      this.#subtree.add(node, score)
      const slot = this.#slot(tree.parent[node]!, this.#maker.get(node) ?? 0)
      this.#deeper.add(slot, score)
      this.#either.add(slot, score)
    }
  }

  #slot(node: NodeId, proposer: number): number {
    return node * this.#means.length + proposer
  }
}
