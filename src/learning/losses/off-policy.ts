// Learning from tokens that another policy sampled (stale, or somebody else's): which of them to use, and how much each counts.
import { affine, multiply } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant } from '../tensor/tensor.ts'
import { type Loss, wantOption } from './loss.ts'
import type { PolicyBatch } from './policy-batch.ts'
import { type PolicyLossOptions, policyLoss } from './policy-loss.ts'
import { tokenRatio } from './ratio.ts'
import type { Surrogate } from './surrogate.ts'

/** Which tokens of other policies are learnt from, and with what weight. */
export interface ImportanceOptions {
  /** What each token's gradient is multiplied by: its ratio (importance sampling), or nothing. Default `ratio`. */
  readonly weight?: 'ratio' | 'none'
  /** The ratio counts as at least this as a weight; from 0. Default 0. */
  readonly least?: number
  /** And as at most this (truncated importance sampling), from `least`. Default: as much as it is. */
  readonly most?: number
  /**
   * Tokens that are learnt from. `one-sided`: those that have not moved too far already in the direction of their advantage (PPO's clip).
   * `two-sided`: those with a ratio from 1 − low to 1 + high. `ring`: these too, and those that are far on the other side (`farLow`, `farHigh`),
   * which are on their way back. Default `all`.
   */
  readonly keep?: 'all' | 'one-sided' | 'two-sided' | 'ring'
  /** Default .2. */
  readonly low?: number
  /** Default as `low`. */
  readonly high?: number
  /** Below 1 − farLow tokens to be made likelier are kept by `ring`. Default .6. */
  readonly farLow?: number
  /** Above 1 + farHigh tokens to be made less likely are kept by `ring`. Default 2. */
  readonly farHigh?: number
}

/**
 * −w · A · log π at tokens that are kept, 0 elsewhere; w has no gradient. The family of arXiv:2509.24203 (REC): `{ weight: 'none' }` is REINFORCE,
 * `{ keep: 'one-sided' }` has the gradient of PPO, with `weight: 'none'` REC-OneSide-NoIS; `two-sided` and `ring` as there. With
 * `{ most: 1 + ε }` CISPO (arXiv:2506.13585, eqs. 4 and 5); `{ most: C }` truncated importance weights (arXiv:1802.01561, eq. 1: ρ̄).
 *
 * @throws BanyanError E_LOSS_OPTION for bounds out of range.
 */
export function importance(options: ImportanceOptions = {}): Surrogate {
  const { weight = 'ratio', least = 0, most = Number.POSITIVE_INFINITY, keep = 'all' } = options
  const { low = 0.2, high = low, farLow = 0.6, farHigh = 2 } = options
  wantOption('importance', 'least', least, 0)
  if (most !== Number.POSITIVE_INFINITY) wantOption('importance', 'most', most, least)
  wantOption('importance', 'low', low, 0, 1)
  wantOption('importance', 'high', high, 0)
  wantOption('importance', 'farLow', farLow, low, 1)
  wantOption('importance', 'farHigh', farHigh, high)

  return (tape, { logProbs, advantages, ...batch }) => {
    const ratios = tokenRatio(tape, { logProbs, advantages, ...batch }).data
    const kept = Uint8Array.from(advantages, (advantage, at) => (isKept(ratios[at]!, advantage) ? 1 : 0))
    const factors = advantages.map((advantage, at) => {
      const factor = weight === 'none' ? 1 : Math.min(Math.max(ratios[at]!, least), most)
      return kept[at] === 1 ? factor * advantage : 0
    })
    const losses = affine(tape, multiply(tape, logProbs, constant(logProbs.shape, factors)), -1)
    return { losses, ratios, cut: kept.map((one) => 1 - one) }
  }

  function isKept(ratio: number, advantage: number): boolean {
    if (keep === 'all') return true
    if (keep === 'one-sided') return (advantage >= 0 && ratio <= 1 + high) || (advantage <= 0 && ratio >= 1 - low)
    if (ratio >= 1 - low && ratio <= 1 + high) return true
    return keep === 'ring' && ((advantage >= 0 && ratio <= 1 - farLow) || (advantage <= 0 && ratio >= 1 + farHigh))
  }
}

/**
 * A policy loss of tokens that another policy sampled.
 *
 * @param options of `importance`, and the pieces of a policy loss.
 * @returns as `policyLoss`.
 * @throws BanyanError as `policyLoss` and `importance`.
 * @example
 * tape.backward(offPolicy(tape, batch, { keep: 'one-sided', weight: 'none' }).loss)
 * tape.backward(offPolicy(tape, batch, { weight: 'none', terms: [klTerm({ to: 'sampled', estimator: 'k2', weight: 0.2 })] }).loss) // REP-OPMD
 */
export function offPolicy(
  tape: Tape,
  batch: PolicyBatch,
  { aggregation, terms, ...options }: ImportanceOptions & PolicyLossOptions = {},
): Loss {
  const pieces = { ...(aggregation !== undefined && { aggregation }), ...(terms !== undefined && { terms }) }
  return policyLoss(tape, batch, { surrogate: importance(options), ...pieces })
}
