// Cross-entropy of logits, there and back in one pass over them.
import { BanyanError } from '../../../core/errors.ts'
import { rowsOf, shapeError } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { wantIndices } from './rows.ts'

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions {
  /** Of each row; 0 leaves it out, whatever its target is. Default 1. */
  readonly weights?: Float32Array
  /** What the sum of all losses is divided by: the weight of the whole batch where it comes in parts. Default: the sum of the weights. */
  readonly divisor?: number
}

/**
 * Σ weight · (−Σ target · log softmax(logits)) / divisor, as a single number, for logits [..., classes].
 *
 * @param targets the class of each row, or (Float32Array) a weight for each class of each row.
 * @throws BanyanError E_TENSOR_INDEX for a class that does not exist, in a row that counts.
 * @throws BanyanError E_TENSOR_SHAPE when targets or weights do not fit.
 * @throws BanyanError E_TENSOR_OPTION when no row counts, or the divisor is not a number above 0.
 */
export function crossEntropy(tape: Tape, logits: Tensor, targets: Int32Array | Float32Array, options: CrossEntropyOptions = {}): Tensor {
  tape.want('crossEntropy', [logits])
  const { rows, width: classes } = rowsOf('crossEntropy', logits.shape)
  const wanted = targets instanceof Int32Array ? rows : rows * classes
  if (targets.length !== wanted) throw shapeError('crossEntropy', 'the targets do not fit', targets.length, `${wanted} targets`)
  const { weights } = options
  if (weights !== undefined && weights.length !== rows)
    throw shapeError('crossEntropy', 'the weights do not fit', weights.length, `${rows} weights, one for each row`)
  if (targets instanceof Int32Array)
    wantIndices(
      'crossEntropy',
      weights === undefined ? targets : targets.map((target, row) => (weights[row] === 0 ? 0 : target)),
      0,
      classes,
    )
  const divisor = options.divisor ?? (weights === undefined ? rows : weights.reduce((sum, weight) => sum + weight, 0))
  if (!(divisor > 0))
    throw new BanyanError('E_TENSOR_OPTION', 'crossEntropy: nothing to divide by', { seen: divisor, wanted: 'a number above 0' })

  const share = tape.take(rows)
  for (let row = 0; row < rows; row++) share[row] = (weights?.[row] ?? 1) / divisor
  const losses = tape.take(rows)
  const gradient = tape.wants([logits]) ? tape.take(logits.data.length) : undefined
  tape.kernels.crossEntropy(rows, classes, logits.data, targets, share, losses, gradient)
  const out = tape.take(1)
  tape.kernels.sum(1, rows, 1, 1, losses, out, false)
  return tape.record('crossEntropy', [logits], [], out, ([above]) =>
    tape.into(logits, (to, accumulate) => tape.kernels.scaled(to.length, above!, gradient!, to, accumulate)),
  )
}
