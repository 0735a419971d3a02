// Learning which of two is better, from scores of both.
import { affine, subtract } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Tensor } from '../tensor/tensor.ts'
import { logSigmoid } from './log-sigmoid.ts'
import { type Loss, type MeanOptions, shares, wantLength, weightedSum, weightedTotal } from './loss.ts'

/** Options of pairwise losses. */
export interface PairwiseOptions extends MeanOptions {
  /** How much higher the better one should score: for all pairs, or [pairs]. Default 0. */
  readonly margin?: number | Float32Array
}

/**
 * Σ w · −log σ(s⁺ − s⁻ − m) / Σ w: the model of Bradley and Terry (Biometrika 39, 1952), as reward models are trained (arXiv:2203.02155, eq. 1);
 * with a margin arXiv:2307.09288, eq. 2. Over the two best times the two worst steps of a node it is the loss of a process preference model
 * (arXiv:2501.04519, section 3.3).
 *
 * @param better [pairs] scores.
 * @param worse [pairs] scores.
 * @returns telemetry: `accuracy`, the share of pairs in which the better one scores higher (half for equal ones), and `margin`, the mean of
 * s⁺ − s⁻; both by weight.
 * @throws BanyanError E_LOSS_BATCH, E_LOSS_EMPTY, E_LOSS_OPTION.
 * @example
 * const { loss } = pairwise(tape, scoresOfBetter, scoresOfWorse, { margin: 0.5 })
 */
export function pairwise(tape: Tape, better: Tensor, worse: Tensor, options: PairwiseOptions = {}): Loss {
  const pairs = better.data.length
  wantLength('pairwise', 'worse', worse.data.length, pairs)
  const weights = shares('pairwise', pairs, options)
  const difference = subtract(tape, better, worse)
  const loss = affine(tape, weightedSum(tape, logSigmoid(tape, lessMargin(tape, 'pairwise', difference, options.margin ?? 0)), weights), -1)
  return { loss, telemetry: pairTelemetry(difference.data, weights) }
}

/** x − margin. */
export function lessMargin(tape: Tape, loss: string, x: Tensor, margin: number | Float32Array): Tensor {
  if (typeof margin === 'number') return margin === 0 ? x : affine(tape, x, 1, -margin)
  wantLength(loss, 'margin', margin.length, x.data.length)
  return subtract(tape, x, constant(x.shape, margin))
}

/** How often, and by how much, the better one of a pair scores higher. */
export function pairTelemetry(
  differences: ArrayLike<number>,
  weights: Float32Array,
): { readonly accuracy: number; readonly margin: number } {
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const right = Array.from(differences, (difference) => (difference > 0 ? 1 : difference === 0 ? 0.5 : 0))
  return { accuracy: weightedTotal(right, weights) / all, margin: weightedTotal(differences, weights) / all }
}
