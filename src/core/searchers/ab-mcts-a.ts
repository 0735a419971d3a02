// AB-MCTS-A: adaptive branching with aggregated nodes (Inoue et al. 2025, "Wider or Deeper?", arXiv:2503.04412). Thompson sampling decides at each
// node whether one more child, or going deeper, promises more. Priors, and what counts where, are those of TreeQuest, its authors' library.
import type { Searcher } from '../searcher.ts'
import { type AdaptiveBranchingOptions, adaptiveBranching, adaptiveBranchingRules } from './ab-mcts/adaptive-branching.ts'
import { armNames, expectedMeans, highest, ucb1 } from './ab-mcts/arms.ts'
import { type PosteriorOptions, posteriorOf } from './ab-mcts/posterior.ts'
import { checkSettings, oneOf } from './settings.ts'

/** Options of `abMctsA`. */
export interface AbMctsAOptions extends AdaptiveBranchingOptions, PosteriorOptions {
  /** Mean score expected of a proposer, by name, for the choice among several. Default: the prior's. */
  readonly expected?: Readonly<Record<string, number>>
}

/**
 * AB-MCTS-A. Each trial goes down from the root. At a node it draws, from the posteriors of their means,
 *
 *   μ_GEN given the scores of the node's children, and μ_CONT given the scores of all nodes below those;
 *
 * where μ_GEN is higher, the node gets a new child, whose score counts at all nodes above it. Otherwise it draws a mean for each child, given the
 * child's score and those of all nodes below it, and goes on to the highest. Children from which nothing follows count, but are not gone on to.
 *
 * Posteriors are Gaussian with unknown variance (normal, inverse χ²; prior m = 0, κ = 1, ν = 1, τ² = 0.1), or beta (prior ½, ½). Which of several
 * proposers makes a new child is a draw too, given the scores of all that each has made in the tree, or UCB1.
 *
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: abMctsA(), budget: { calls: 100 } })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range; `E_SEARCHER_PLAYERS` in a game for two; `E_SEARCHER_SCORE` for a
 * score outside [0, 1] with a beta posterior.
 */
export function abMctsA(options: AbMctsAOptions = {}): Searcher {
  checkSettings('ab-mcts-a', options, {
    ...adaptiveBranchingRules,
    posterior: oneOf('gaussian', 'beta'),
    prior: 'object',
    expected: 'object',
  })
  const { among = 'thompson', expected = {} } = options
  const { settings, draw, check } = posteriorOf('ab-mcts-a', options)
  const names = armNames('ab-mcts-a', options.propose)
  const means = expectedMeans('ab-mcts-a', names, expected)
  return adaptiveBranching(
    {
      name: 'ab-mcts-a',
      settings: { ...settings, expected },
      choose(_tree, { children, deeper, subtree }, node, open, mayGrow, random) {
        if (mayGrow && draw(random, children, node) >= draw(random, deeper, node)) return -1
        return open[highest(open.length, (at) => draw(random, subtree, open[at]!))]!
      },
      proposer: ({ proposers, pending }, random) =>
        highest(names.length, (arm) =>
          among === 'ucb' ? ucb1(proposers, arm, pending, names.length, Math.SQRT2) : draw(random, proposers, arm, means[arm]),
        ),
      check,
    },
    options,
  )
}
