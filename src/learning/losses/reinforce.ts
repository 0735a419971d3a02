// The gradient of the expected reward, at tokens that the policy itself sampled.
import { affine, multiply } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant } from '../tensor/tensor.ts'
import { tokenMean } from './aggregation.ts'
import type { Loss } from './loss.ts'
import type { PolicyBatch } from './policy-batch.ts'
import { type PolicyLossOptions, policyLoss } from './policy-loss.ts'
import { tokenRatio } from './ratio.ts'
import type { Surrogate } from './surrogate.ts'

/** −A · log π of each token (R. J. Williams, Machine Learning 8, 1992, theorem 1; the baseline is in A). No ratio is in it, and no bound. */
export function scoreFunction(): Surrogate {
  return (tape, batch) => {
    const losses = affine(tape, multiply(tape, batch.logProbs, constant(batch.logProbs.shape, batch.advantages)), -1)
    return { losses, ratios: tokenRatio(tape, batch).data, cut: new Uint8Array(batch.advantages.length) }
  }
}

/**
 * REINFORCE: −A · log π, the mean over all tokens.
 *
 * @param options default aggregation `tokenMean()`.
 * @returns as `policyLoss`.
 * @throws BanyanError as `policyLoss`.
 * @example
 * tape.backward(reinforce(tape, batch).loss)
 */
export function reinforce(tape: Tape, batch: PolicyBatch, { aggregation = tokenMean(), terms }: PolicyLossOptions = {}): Loss {
  return policyLoss(tape, batch, { surrogate: scoreFunction(), aggregation, ...(terms !== undefined && { terms }) })
}
