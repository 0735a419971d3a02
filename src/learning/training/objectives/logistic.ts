// Log-losses of single logits, there and back without overflow.

import { concat, reshape } from '../../tensor/operations/arrange.ts'
import { crossEntropy } from '../../tensor/operations/cross-entropy.ts'
import type { Tape } from '../../tensor/tape.ts'
import { constant, type Tensor } from '../../tensor/tensor.ts'

/**
 * Σ weight · −(target · log σ(x) + (1 − target) · log σ(−x)) / divisor, as a single number: cross-entropy of the two classes (x, 0).
 *
 * @param x [rows].
 * @param targets [rows] in [0, 1]; probabilities are fine.
 */
export function logistic(tape: Tape, x: Tensor, targets: Float32Array, divisor: number): Tensor {
  const rows = targets.length
  const both = concat(tape, [reshape(tape, x, [rows, 1]), constant([rows, 1], new Float32Array(rows))], 1)
  const wanted = new Float32Array(2 * rows)
  for (const [row, target] of targets.entries()) wanted.set([target, 1 - target], 2 * row)
  return crossEntropy(tape, both, wanted, { divisor })
}
