// A linear layer, with or without an adapter, or of eight-bit numbers: over a tape, and without one with the same bits.
import type { EightBitMatrix, Kernels } from '../../tensor/kernels.ts'
import { affine } from '../../tensor/operations/arithmetic.ts'
import { eightBitLinear } from '../../tensor/operations/eight-bit.ts'
import { linear } from '../../tensor/operations/linear.ts'
import type { Tape } from '../../tensor/tape.ts'
import type { Parameter, Tensor } from '../../tensor/tensor.ts'
import type { Adapter } from '../adaptable-net.ts'
import type { Workspace } from '../workspace.ts'

/** A layer of floats, or of eight-bit numbers, which cannot be trained. */
export type Dense = FloatDense | { readonly eightBits: EightBitMatrix }

interface FloatDense {
  /** [inner, columns]. */
  readonly weight: Parameter
  readonly adapter: Adapter | undefined
  /** The weight lies as [columns, inner]; without adapter. Default false. */
  readonly transposed?: boolean
}

/**
 * residual + x · weight + scale · (x · down) · up.
 * @throws BanyanError E_TENSOR_EIGHT_BIT for a layer of eight-bit numbers where x wants a gradient.
 */
export function dense(tape: Tape, x: Tensor, layer: Dense, residual?: Tensor): Tensor {
  if ('eightBits' in layer) return eightBitLinear(tape, x, layer.eightBits, residual)
  const { weight, adapter, transposed = false } = layer
  const own = linear(tape, x, weight, { residual, transposed })
  if (adapter === undefined) return own
  const low = linear(tape, x, adapter.down)
  return linear(tape, adapter.scale === 1 ? low : affine(tape, low, adapter.scale, 0), adapter.up, { residual: own })
}

/** The same for `rows` rows, into `out`, which is not `residual`. */
export function denseRows(
  kernels: Kernels,
  rows: number,
  x: Float32Array,
  layer: Dense,
  out: Float32Array,
  arrays: Workspace,
  residual?: Float32Array,
): void {
  if ('eightBits' in layer) {
    const { inner, columns } = layer.eightBits
    kernels.eightBitMatmul({ rows, columns, inner, residual }, x, layer.eightBits, out)
    return
  }
  const { weight, adapter, transposed = false } = layer
  const [first, second] = weight.shape as readonly [number, number]
  const [inner, columns] = transposed ? [second, first] : [first, second]
  if (adapter === undefined) {
    kernels.matmul({ rows, columns, inner, transposeB: transposed, residual }, x, weight.data, out)
    return
  }
  const rank = adapter.down.shape[1]!
  const own = arrays.floats('own', rows * columns)
  const low = arrays.floats('low', rows * rank)
  kernels.matmul({ rows, columns, inner, residual }, x, weight.data, own)
  kernels.matmul({ rows, columns: rank, inner }, x, adapter.down.data, low)
  if (adapter.scale !== 1) kernels.scaled(rows * rank, adapter.scale, low, low, false)
  kernels.matmul({ rows, columns, inner: rank, residual: own }, low, adapter.up.data, out)
}
