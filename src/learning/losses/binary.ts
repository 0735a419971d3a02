// Learning a probability: logistic regression, with labels that may be probabilities themselves.
import { BanyanError } from '../../core/errors.ts'
import { add, affine, multiply } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Tensor } from '../tensor/tensor.ts'
import { logSigmoid } from './log-sigmoid.ts'
import { type Loss, type MeanOptions, shares, wantLength, weightedSum } from './loss.ts'

/**
 * Σ w · −(y log σ(x) + (1 − y) log σ(−x)) / Σ w: the loss of outcome and process reward models, with hard or soft labels (arXiv:2312.08935,
 * eqs. 1 and 2).
 *
 * @param logits [rows].
 * @param labels [rows], from 0 to 1.
 * @returns telemetry: `accuracy`, the share of rows on the same side of one half as their label, by weight; `brier`, the mean of (σ(x) − y)².
 * @throws BanyanError E_LOSS_BATCH for a label out of range or missing; E_LOSS_EMPTY, E_LOSS_OPTION.
 * @example
 * const { loss } = binary(tape, head.logits(tape, hidden), labels)
 */
export function binary(tape: Tape, logits: Tensor, labels: Float32Array, options: MeanOptions = {}): Loss {
  const rows = logits.data.length
  wantLength('binary', 'labels', labels.length, rows)
  const strange = labels.findIndex((label) => !(label >= 0 && label <= 1))
  if (strange !== -1)
    throw new BanyanError('E_LOSS_BATCH', `binary: label ${strange} is out of range`, {
      seen: labels[strange],
      wanted: 'a number from 0 to 1',
    })
  const weights = shares('binary', rows, options)
  const { shape } = logits
  const yes = multiply(tape, logSigmoid(tape, logits), constant(shape, labels))
  const no = multiply(
    tape,
    logSigmoid(tape, affine(tape, logits, -1)),
    constant(
      shape,
      labels.map((label) => 1 - label),
    ),
  )
  let [right, squares, all] = [0, 0, 0]
  for (let row = 0; row < rows; row++) {
    if (weights[row] === 0) continue
    all += weights[row]!
    if (logits.data[row]! >= 0 === labels[row]! >= 0.5) right += weights[row]!
    squares += weights[row]! * (1 / (1 + Math.exp(-logits.data[row]!)) - labels[row]!) ** 2
  }
  const loss = affine(tape, weightedSum(tape, add(tape, yes, no), weights), -1)
  return { loss, telemetry: { accuracy: right / all, brier: squares / all } }
}
