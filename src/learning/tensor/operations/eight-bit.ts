// The product with a matrix of eight-bit numbers, which has no way back: rounded rows have no slope, and the matrix is not trained.
import { BanyanError } from '../../../core/errors.ts'
import type { EightBitMatrix } from '../kernels.ts'
import { shapeError, wantShape } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/**
 * x · matrix + residual, for x [..., inner].
 *
 * @throws BanyanError E_TENSOR_SHAPE when the shapes do not fit; E_TENSOR_EIGHT_BIT where x wants a gradient.
 */
export function eightBitLinear(tape: Tape, x: Tensor, matrix: EightBitMatrix, residual?: Tensor): Tensor {
  const inputs = residual === undefined ? [x] : [x, residual]
  tape.want('eightBitLinear', inputs)
  const { inner, columns } = matrix
  if (x.shape.at(-1) !== inner) throw shapeError('eightBitLinear', 'x and the matrix do not fit', x.shape, `x of [..., ${inner}]`)
  if (tape.wants([x]))
    throw new BanyanError('E_TENSOR_EIGHT_BIT', 'eightBitLinear: no gradient goes through a matrix of eight-bit numbers', {
      hint: 'Train a net of floats, or only what comes after this one',
    })
  const shape = [...x.shape.slice(0, -1), columns]
  if (residual !== undefined) wantShape('eightBitLinear', 'the residual', residual.shape, shape)
  const rows = x.data.length / inner
  const out = tape.take(rows * columns)
  tape.kernels.eightBitMatmul({ rows, columns, inner, residual: residual?.data }, x.data, matrix, out)
  return tape.record('eightBitLinear', inputs, shape, out, (gradient) => {
    if (residual !== undefined) tape.handOver(gradient, residual)
  })
}
