// ToolChain* as a searcher: A* by the costs that its evaluator gives, and its names for A*'s settings.
import type { Searcher } from '../../core/searcher.ts'
import { aStar } from '../../core/searchers/a-star.ts'
import { checkSettings, oneOf } from '../../core/searchers/settings.ts'

/** Options of `toolChainStar`. */
export interface ToolChainStarOptions {
  /** Samples of the next call at each state (k). Default 4. */
  readonly samples?: number
  /** Weight of the future cost h beside the cost so far, at least 0. Default 3; 1 in the paper: more calls for somewhat less success. */
  readonly weight?: number
  /** `first` (default): ends with the first finished plan that is no dead end. `proven`: when it has the least f of all that is open, as in the paper. */
  readonly stop?: 'first' | 'proven'
  /** Deepest level. Default: what the environment allows. */
  readonly depth?: number | null
  /** Name of the proposer: next calls with their shares among samples as scores. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator: 1 − h as value, the last call's cost as `values.cost`. Default `default`. */
  readonly evaluate?: string
}

/**
 * The searcher of ToolChain* (arXiv:2310.13227): expands the path with the least f(n) = g(n) + w · h(n), g being the sum of `values.cost` along it and
 * h = 1 − value. Where no plan is finished when the budget ends, the answer is the best path that has one.
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 * @example
 * const memory = planMemory()
 * const { proposer, evaluator } = toolChainParts({ model, environment, memory })
 * await search({ environment, task: { goal }, proposer, evaluator, searcher: toolChainStar(), budget: { calls: 100 } })
 */
export function toolChainStar(options: ToolChainStarOptions = {}): Searcher {
  checkSettings('tool-chain-star', options, {
    samples: 'integer>=1',
    weight: 'number>=0',
    stop: oneOf('first', 'proven'),
    depth: 'integer>=1|null',
    propose: 'string',
    evaluate: 'string',
  })
  const { samples = 4, weight = 3, stop = 'first', depth = null, propose = 'default', evaluate = 'default' } = options
  const star = { stepCost: 'evaluated', goal: 'terminal', heuristic: 'shortfall', branching: samples } as const
  return { ...aStar({ ...star, weight, stop, depth, propose, evaluate }), name: 'tool-chain-star' }
}
