// Learning to write what was written: cross-entropy, over logits or over log-probabilities that are there already.
import { affine } from '../tensor/operations/arithmetic.ts'
import { crossEntropy } from '../tensor/operations/cross-entropy.ts'
import { rowsOf } from '../tensor/shape.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Loss, type MeanOptions, shares, weightedSum } from './loss.ts'

/**
 * Σ w · (−Σ_c target_c · log softmax(logits)_c) / Σ w: maximum likelihood (Goodfellow, Bengio, Courville, "Deep Learning", 2016, eq. 6.12); with
 * soft targets the loss of distillation at temperature 1 (arXiv:1503.02531, section 2).
 *
 * @param logits [rows, classes].
 * @param targets [rows] classes, or (Float32Array) [rows, classes] shares of all classes. Rows of weight 0 may hold any class.
 * @returns telemetry: `tokens`, rows that count; `accuracy`, the share of rows whose likeliest class is the target's, by weight.
 * @throws BanyanError E_TENSOR_INDEX or E_TENSOR_SHAPE when targets do not fit; E_LOSS_BATCH, E_LOSS_EMPTY, E_LOSS_OPTION as for all means.
 * @example
 * const { loss } = supervised(tape, logits, targets, { weights: answerMask })
 */
export function supervised(tape: Tape, logits: Tensor, targets: Int32Array | Float32Array, options: MeanOptions = {}): Loss {
  const { rows, width } = rowsOf('supervised', logits.shape)
  const weights = shares('supervised', rows, options)
  const loss = crossEntropy(tape, logits, targets, { weights, divisor: 1 })
  let right = 0
  let all = 0
  for (let row = 0; row < rows; row++) {
    if (weights[row] === 0) continue
    const likeliest = greatest(logits.data, row, width)
    const wanted = targets instanceof Int32Array ? targets[row] : greatest(targets, row, width)
    all += weights[row]!
    if (likeliest === wanted) right += weights[row]!
  }
  return { loss, telemetry: { tokens: counted(weights), accuracy: right / all } }
}

/**
 * −Σ w · log p / Σ w for tokens whose log-probabilities are known. Weights may be any: p · (1 − p) of each token is CHORD-φ (arXiv:2508.11408),
 * for instance.
 *
 * @param logProbs [tokens], of the tokens that were written.
 * @returns telemetry: `tokens`, those that count.
 * @throws BanyanError E_LOSS_BATCH, E_LOSS_EMPTY, E_LOSS_OPTION.
 */
export function supervisedLogProbs(tape: Tape, logProbs: Tensor, options: MeanOptions = {}): Loss {
  const weights = shares('supervisedLogProbs', logProbs.data.length, options)
  return { loss: affine(tape, weightedSum(tape, logProbs, weights), -1), telemetry: { tokens: counted(weights) } }
}

function counted(weights: Float32Array): number {
  return weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0)
}

function greatest(x: ArrayLike<number>, row: number, width: number): number {
  let best = 0
  for (let at = 1; at < width; at++) if (x[row * width + at]! > x[row * width + best]!) best = at
  return best
}
