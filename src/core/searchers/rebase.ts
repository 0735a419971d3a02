// REBASE, reward-balanced search (Wu et al. 2024, "Inference Scaling Laws", arXiv:2408.00724): how many children a state gets is its share of
// the width by a softmax of the rewards of its depth, so that neither the best state takes all (beam search) nor all get the same (sampling).
import type { Searcher } from '../searcher.ts'
import type { Levels } from './levels.ts'
import { rewardBalanced } from './reward-balanced.ts'
import { checkSettings, oneOf, outOfRange } from './settings.ts'

/** Options of `rebase`. */
export interface RebaseOptions {
  /** Trajectories grown side by side (N in the paper). Default 16. */
  readonly width?: number
  /** Balance temperature T of the softmax, above 0, in units of the evaluator's values. Default 0.2. */
  readonly temperature?: number
  /** Share of a depth's open states that is gone on from, the best ones, in (0, 1]. Default 1. */
  readonly keep?: number
  /** Deepest level; a state there counts as finished. Default: no limit. */
  readonly depth?: number | null
  /** `best`: the finished state of the greatest value. `vote`: the answer with the greatest sum of values. Default `best`. */
  readonly answer?: 'best' | 'vote'
  /** How often to begin again from the root when every trajectory has ended without a certain answer; null: until the budget ends. Default 0. */
  readonly restarts?: number | null
  /** Name of the proposer. Default `default`. */
  readonly propose?: string
  /** Name of the evaluator. Default `default`. */
  readonly evaluate?: string
  /** Go on after the first certain answer. Default false. */
  readonly continueWhenSolved?: boolean
}

/**
 * REBASE: the root is expanded `width` times; at each depth, finished trajectories take their place out of the width, and the rest of it is shared
 * out among the open states by a softmax of their values at `temperature` (see {@link balancedWidths}). Dead ends and repeated states
 * get nothing and keep no place.
 *
 * @example
 * await search({ environment, task, proposer, evaluator, searcher: rebase({ width: 16, answer: 'vote' }), concurrency: 16 })
 *
 * @throws `E_SEARCHER_SETTING` for a setting that is unknown or out of range.
 */
export function rebase(options: RebaseOptions = {}): Searcher<Levels> {
  checkSettings('rebase', options, {
    width: 'integer>=1',
    temperature: 'number>=0',
    keep: 'number>=0',
    depth: 'integer>=1|null',
    answer: oneOf('best', 'vote'),
    restarts: 'integer>=0|null',
    propose: 'string',
    evaluate: 'string',
    continueWhenSolved: 'boolean',
  })
  const { width = 16, temperature = 0.2, keep = 1, depth = null, answer = 'best', restarts = 0, evaluate = 'default' } = options
  const { continueWhenSolved = false } = options
  if (temperature === 0) throw outOfRange('rebase', 'temperature', temperature, 'a number above 0')
  if (keep === 0 || keep > 1) throw outOfRange('rebase', 'keep', keep, 'a number above 0 and at most 1')

  const settings = { width, temperature, keep, depth, answer, restarts, evaluate, continueWhenSolved }
  const given = { ...settings, propose: options.propose }
  return rewardBalanced('rebase', given, { ...settings, propose: options.propose ?? 'default' })
}
