// Learning numbers: squared errors, or Huber's, which grow less fast; and the clipped form that critics are trained with.
import { absolute, square } from '../tensor/operations/activation.ts'
import { add, affine, clamp, maximum, minimum, multiply, subtract } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Tensor } from '../tensor/tensor.ts'
import { type Loss, type MeanOptions, shares, wantLength, wantOption, weightedSum, weightedTotal } from './loss.ts'

/** Options of regression losses. */
export interface RegressionOptions extends MeanOptions {
  /** Errors beyond this count linearly (Huber); above 0. Default: none do, all are squared. */
  readonly huber?: number
  /** A critic's predictions before the update, and how far (above 0) it may leave them for gain. Default: as far as it likes. */
  readonly near?: { readonly values: Float32Array; readonly range: number }
}

/**
 * Σ w · e(prediction − target) / Σ w, with e(d) = d²; with `huber` e(d) = ½d² for |d| ≤ δ and δ(|d| − ½δ) beyond (P. J. Huber, "Robust
 * Estimation of a Location Parameter", Annals of Mathematical Statistics 35, 1964). With `near` the greater of that and the error of
 * clip(prediction, old − range, old + range): the value loss of PPO's first implementation (arXiv:2005.12729, section 3).
 *
 * @param predictions [rows].
 * @param targets [rows].
 * @returns telemetry: `error`, the mean of |prediction − target|.
 * @throws BanyanError E_LOSS_BATCH, E_LOSS_EMPTY, E_LOSS_OPTION.
 * @example
 * const { loss } = regression(tape, values, returns, { huber: 1 })
 */
export function regression(tape: Tape, predictions: Tensor, targets: Float32Array, options: RegressionOptions = {}): Loss {
  const rows = predictions.data.length
  wantLength('regression', 'targets', targets.length, rows)
  const { huber, near } = options
  if (huber !== undefined) wantOption('regression', 'huber', huber, Number.MIN_VALUE)
  const weights = shares('regression', rows, options)
  const wanted = constant(predictions.shape, targets)
  const errors = (of: Tensor) => errorOf(tape, subtract(tape, of, wanted), huber)
  let each = errors(predictions)
  if (near !== undefined) {
    wantLength('regression', 'near.values', near.values.length, rows)
    wantOption('regression', 'near.range', near.range, Number.MIN_VALUE)
    const old = constant(predictions.shape, near.values)
    const moved = clamp(tape, subtract(tape, predictions, old), -near.range, near.range)
    each = maximum(tape, each, errors(add(tape, moved, old)))
  }
  const error = weightedTotal(
    targets.map((target, row) => Math.abs(predictions.data[row]! - target)),
    weights,
  )
  const counted = weights.reduce((sum, weight) => sum + weight, 0)
  return { loss: weightedSum(tape, each, weights), telemetry: { error: error / counted } }
}

/** With m = min(|d|, δ): m · (|d| − ½m). */
function errorOf(tape: Tape, difference: Tensor, huber: number | undefined): Tensor {
  if (huber === undefined) return square(tape, difference)
  const size = absolute(tape, difference)
  const least = minimum(tape, size, constant(size.shape, new Float32Array(size.data.length).fill(huber)))
  return multiply(tape, least, subtract(tape, size, affine(tape, least, 0.5)))
}
