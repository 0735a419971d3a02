// AB-MCTS-M: adaptive branching with a mixed model (Inoue et al. 2025, "Wider or Deeper?", arXiv:2503.04412). The subtrees of a node's children are
// groups of scores, and a new child is a new group. Priors and pruning are those of TreeQuest, its authors' library.
import type { NodeId } from '../common.ts'
import type { Searcher } from '../searcher.ts'
import type { Tree } from '../tree.ts'
import { type AdaptiveBranchingOptions, adaptiveBranching, adaptiveBranchingRules, type Seen } from './ab-mcts/adaptive-branching.ts'
import { armNames, highest, ucb1 } from './ab-mcts/arms.ts'
import { MixedModel, type MixedPrior } from './ab-mcts/mixed-model.ts'
import type { Sums } from './ab-mcts/sums.ts'
import { checkSettings, outOfRange } from './settings.ts'

/** When a subtree is left alone: it brings the same score again and again. */
export interface Pruning {
  /** Scores that it has at least. Default 4. */
  readonly size?: number
  /** Part of them that are the same, rounded to hundredths; in [0, 1]. Default 0.75. */
  readonly share?: number
}

/** Options of `abMctsM`. */
export interface AbMctsMOptions extends AdaptiveBranchingOptions {
  readonly prior?: MixedPrior
  /** Sweeps of the sampler for each choice. Default 200. */
  readonly sweeps?: number
  /** Default as {@link Pruning} says; null: never. */
  readonly prune?: Pruning | null
}

/**
 * AB-MCTS-M. Each trial goes down from the root. At a node it fits a mixed model to the scores below, the child's score and all below it a group:
 *
 *   y ~ N(α_j, σ_y²),  α_j ~ N(μ, σ_α²),  μ ~ N(0.5, 0.2²),  σ_α ~ HalfNormal(0.2),  σ_y ~ HalfNormal(0.3)
 *
 * draws the next score of each group, and of a new one, from the posterior, and follows the highest: to a new child, or to the child whose group it
 * is. Children from which nothing follows are groups too, but are not gone on to. Where the highest is a child whose subtree brings one score
 * again and again (`prune`), the next best child is taken, and where all are such, a new one. Which of several proposers makes a new child is drawn
 * from the same model, with all that a proposer has made in the tree a group, or is UCB1.
 *
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: abMctsM(), budget: { calls: 50 } })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range; `E_SEARCHER_PLAYERS` in a game for two.
 */
export function abMctsM(options: AbMctsMOptions = {}): Searcher {
  checkSettings('ab-mcts-m', options, { ...adaptiveBranchingRules, prior: 'object', sweeps: 'integer>=1', prune: 'object|null' })
  const { among = 'thompson', sweeps = 200 } = options
  const prior = { mean: 0.5, meanDeviation: 0.2, between: 0.2, within: 0.3, ...options.prior }
  checkSettings("ab-mcts-m's prior", prior, { mean: 'number', meanDeviation: 'number', between: 'number', within: 'number' })
  for (const [name, value] of Object.entries(prior))
    if (name !== 'mean' && value <= 0) throw outOfRange("ab-mcts-m's prior", name, value, 'a number above 0')
  const prune = options.prune === null ? null : { size: 4, share: 0.75, ...options.prune }
  checkSettings("ab-mcts-m's pruning", prune ?? {}, { size: 'integer>=1', share: 'number>=0' })
  const names = armNames('ab-mcts-m', options.propose)
  const model = new MixedModel(prior, sweeps)

  /** Adds a group, where there are scores. Returns its place; -1, as for new groups, where there are none. */
  function group(sums: Sums, at: number, place: number): number {
    const count = sums.counted(at)
    if (count === 0) return -1
    model.add(count, sums.sum[at]! / count, sums.spread(at))
    return place
  }

  /** Adds the groups of some numbers; their places. */
  function groups(sums: Sums, numbers: readonly number[]): Int32Array {
    const places = new Int32Array(numbers.length)
    model.clear()
    let next = 0
    for (const [i, at] of numbers.entries()) {
      places[i] = group(sums, at, next)
      if (places[i]! >= 0) next++
    }
    return places
  }

  const pruned = (tree: Tree, { subtree }: Seen, node: NodeId): boolean =>
    prune !== null && subtree.counted(node) >= prune.size && commonest(tree, subtree, node) >= prune.share

  return adaptiveBranching(
    {
      name: 'ab-mcts-m',
      settings: { prior, sweeps, prune },
      choose(tree, seen, node, open, mayGrow, random) {
        if (!mayGrow && open.length === 1) return open[0]!
        const all = tree.children(node)
        const places = groups(seen.subtree, all)
        model.fit(random)
        const scores = new Map<NodeId, number>()
        for (const [i, child] of all.entries()) if (open.includes(child)) scores.set(child, model.next(random, places[i]!))
        const ranked = [...scores.keys()].sort((a, b) => scores.get(b)! - scores.get(a)!)
        if (mayGrow && model.next(random, -1) > scores.get(ranked[0]!)!) return -1
        return ranked.find((child) => !pruned(tree, seen, child)) ?? (mayGrow ? -1 : ranked[0]!)
      },
      proposer({ proposers, pending }, random) {
        if (among === 'ucb') return highest(names.length, (arm) => ucb1(proposers, arm, pending, names.length, Math.SQRT2))
        const places = groups(proposers, [...names.keys()])
        model.fit(random)
        return highest(names.length, (arm) => model.next(random, places[arm]!))
      },
      check() {},
    },
    options,
  )
}

/** The part of a subtree's scores that are the commonest, rounded to hundredths. */
function commonest(tree: Tree, scores: Sums, top: NodeId): number {
  const counts = new Map<number, number>()
  const nodes = [top]
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    nodes.push(...tree.children(node))
    // Only the node's own visit is counted in the tree.
    if (tree.visits[node]! === 0) continue
    const score = Math.round(100 * tree.mean(node))
    counts.set(score, (counts.get(score) ?? 0) + 1)
  }
  return Math.max(...counts.values()) / scores.counted(top)
}
