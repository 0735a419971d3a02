// ETS as a searcher: REBASE that leaves out, depth by depth, the states whose paths cost more than they are worth.
import type { NodeId } from '../../core/common.ts'
import type { Searcher } from '../../core/searcher.ts'
import type { Prune } from '../../core/searchers/reward-balanced.ts'
import { rewardBalanced } from '../../core/searchers/reward-balanced.ts'
import { checkSettings, oneOf, outOfRange } from '../../core/searchers/settings.ts'
import { actionText, firstAlike, pathOf } from './alike.ts'
import { clusters, hashedVector } from './clusters.ts'
import { keptLeaves } from './kept-leaves.ts'
import type { ZeroOneSolver } from './zero-one.ts'

/** Options of `ets`. */
export interface EtsOptions {
  /** Trajectories grown side by side (W). Default 16. */
  readonly width?: number
  /** Of REBASE's softmax, above 0. Default 0.2. */
  readonly temperature?: number
  /** λ_b: price of all nodes together, from 0; 0 keeps every leaf. Default 1. */
  readonly budgetWeight?: number
  /** λ_d: worth of covering all clusters, from 0. Default 1.5. */
  readonly diversityWeight?: number
  /** Cosine distance up to which last steps are taken as the same, in [0, 2]. Default 0.05. */
  readonly clusterDistance?: number
  /** Deepest level; a state there counts as finished. Default 25. */
  readonly depth?: number | null
  /** `best`: the finished state of the greatest value. `vote`: the answer with the greatest sum of values. Default `vote`. */
  readonly answer?: 'best' | 'vote'
  /** How often to begin again from the root; null: until the budget ends. Default 0. */
  readonly restarts?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator: a process reward model, or any judge of states. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/**
 * Efficient tree search (ETS, arXiv:2502.13575): the width is shared out as in REBASE; then a 0/1 program keeps those states that are worth the
 * nodes of their paths and cover what the last steps mean; the width is shared out again among these.
 *
 * @param solve from `zeroOneSolver()`.
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 * @example
 * const searcher = ets(await zeroOneSolver(), { width: 16 })
 * await search({ environment, task, proposer, evaluator, searcher, concurrency: 16 })
 */
export function ets(solve: ZeroOneSolver, options: EtsOptions = {}): Searcher {
  checkSettings('ets', options, {
    width: 'integer>=1',
    temperature: 'number>=0',
    budgetWeight: 'number>=0',
    diversityWeight: 'number>=0',
    clusterDistance: 'number>=0',
    depth: 'integer>=1|null',
    answer: oneOf('best', 'vote'),
    restarts: 'integer>=0|null',
    propose: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const { width = 16, temperature = 0.2, budgetWeight = 1, diversityWeight = 1.5, clusterDistance = 0.05, depth = 25 } = options
  const { answer = 'vote', restarts = 0, propose, evaluate = 'default', continueWhenSolved = false } = options
  if (temperature === 0) throw outOfRange('ets', 'temperature', temperature, 'a number above 0')

  const prune: Prune = (tree, states, widths) => {
    const first = firstAlike(tree)
    const total = widths.reduce((sum, one) => sum + one, 0)
    // Equal texts are one leaf, which has the shares of all of them.
    const shares = new Map<NodeId, number>()
    for (const [at, { node }] of states.entries()) shares.set(first(node), (shares.get(first(node)) ?? 0) + widths[at]! / total)
    const nodes = [...shares.keys()]
    const meanings = clusters(
      nodes.map((node) => hashedVector(actionText(tree, node))),
      clusterDistance,
    )
    const leaves = nodes.map((node, at) => ({ share: shares.get(node)!, path: pathOf(tree, node, first), cluster: meanings[at]! }))
    const kept = keptLeaves(leaves, { budget: budgetWeight, diversity: diversityWeight }, solve)
    const going = new Set(nodes.filter((_, at) => kept[at]))
    return states.filter(({ node }) => going.has(first(node)))
  }
  const shared = { width, temperature, depth, answer, restarts, evaluate, continueWhenSolved }
  const own = { budgetWeight, diversityWeight, clusterDistance, propose: propose ?? 'default' }
  return rewardBalanced('ets', { ...shared, keep: 1, propose }, { ...shared, ...own }, prune)
}
