// How far two policies are apart, estimated at tokens that were sampled: J. Schulman, "Approximating KL Divergence" (joschu.net, 2020).
import { BanyanError } from '../../core/errors.ts'
import { exp, square } from '../tensor/operations/activation.ts'
import { affine, subtract } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { wantLength, wantOption } from './loss.ts'
import type { PolicyBatch } from './policy-batch.ts'
import { logRatio } from './ratio.ts'
import { type Term, weighted } from './term.ts'

/**
 * For tokens drawn from π, with d = log π − log ρ:
 * `k1` d: without bias, but often negative; the mean of its gradient is 0, so as a term it does not pull. `k2` ½d²: small variance, some bias;
 * its gradient is that of KL(π ‖ ρ). `k3` exp(−d) − 1 + d: without bias, never negative; GRPO's (arXiv:2402.03300, eq. 4).
 */
export type KlEstimator = 'k1' | 'k2' | 'k3'

/**
 * Estimates of KL(π ‖ ρ) at each token: [tokens], with gradient. Log-ratios are held within ±20.
 *
 * @param logProbs under π, which the tokens are from.
 * @param other [tokens] under ρ.
 * @throws BanyanError E_LOSS_BATCH unless there is one for each token.
 */
export function klEstimates(tape: Tape, estimator: KlEstimator, logProbs: Tensor, other: Float32Array): Tensor {
  wantLength('klEstimates', 'the other log-probabilities', other.length, logProbs.data.length)
  const difference = logRatio(tape, logProbs, other)
  if (estimator === 'k1') return difference
  if (estimator === 'k2') return affine(tape, square(tape, difference), 0.5)
  return subtract(tape, exp(tape, affine(tape, difference, -1)), affine(tape, difference, -1, 1))
}

/** The same of one log-ratio d = log π − log ρ. */
export function klEstimate(estimator: KlEstimator, difference: number): number {
  if (estimator === 'k1') return difference
  return estimator === 'k2' ? difference ** 2 / 2 : Math.expm1(-difference) + difference
}

/** Options of `klTerm`. */
export interface KlTermOptions {
  /** Whom to keep close to: the frozen reference, or the policy that sampled. Default `reference`. */
  readonly to?: 'reference' | 'sampled'
  /** Default `k3`. */
  readonly estimator?: KlEstimator
  /** What the estimate is multiplied by, from 0; [tokens] where it differs, by the difficulty of a problem for instance. */
  readonly weight: number | Float32Array
}

/**
 * weight · KL as a part of a policy loss: GRPO's β with `k3` (arXiv:2402.03300, eq. 3). To the policy that sampled, τ(log π − log π_old)² of
 * REP-OPMD (arXiv:2509.24203) is `k2` with weight 2τ.
 *
 * @returns a term with the telemetry `referenceKl` or `sampledKl`: the mean estimate of a token that counts.
 * @throws BanyanError E_LOSS_OPTION for a weight below 0; when called, E_LOSS_BATCH for a batch without reference.
 * @example
 * grpo(tape, batch, { terms: [klTerm({ weight: 0.04 })] })
 */
export function klTerm({ to = 'reference', estimator = 'k3', weight }: KlTermOptions): Term {
  if (typeof weight === 'number') wantOption('klTerm', 'weight', weight, 0)
  return (tape, batch) => {
    const estimates = klEstimates(tape, estimator, batch.logProbs, otherOf(batch, to))
    return { losses: weighted(tape, estimates, weight), name: `${to}Kl`, values: estimates.data }
  }
}

function otherOf({ sampledLogProbs, referenceLogProbs }: PolicyBatch, to: 'reference' | 'sampled'): Float32Array {
  if (to === 'sampled') return sampledLogProbs
  if (referenceLogProbs !== undefined) return referenceLogProbs
  throw new BanyanError('E_LOSS_BATCH', 'klTerm: the batch has no referenceLogProbs', {
    wanted: 'log-probabilities under the reference policy',
    hint: 'Score the tokens with the frozen reference, or keep close to the policy that sampled: { to: "sampled" }',
  })
}
