// A linear layer with or without an adapter: over a tape, and without one with the same bits.
import type { Kernels } from '../../tensor/kernels.ts'
import { affine } from '../../tensor/operations/arithmetic.ts'
import { linear } from '../../tensor/operations/linear.ts'
import type { Tape } from '../../tensor/tape.ts'
import type { Parameter, Tensor } from '../../tensor/tensor.ts'
import type { Adapter } from '../adaptable-net.ts'
import type { Workspace } from '../workspace.ts'

export interface Dense {
  /** [inner, columns]. */
  readonly weight: Parameter
  readonly adapter: Adapter | undefined
}

/** residual + x · weight + scale · (x · down) · up. */
export function dense(tape: Tape, x: Tensor, { weight, adapter }: Dense, residual?: Tensor): Tensor {
  const own = linear(tape, x, weight, { residual })
  if (adapter === undefined) return own
  const low = linear(tape, x, adapter.down)
  return linear(tape, adapter.scale === 1 ? low : affine(tape, low, adapter.scale, 0), adapter.up, { residual: own })
}

/** The same for `rows` rows, into `out`, which is not `residual`. */
export function denseRows(
  kernels: Kernels,
  rows: number,
  x: Float32Array,
  { weight, adapter }: Dense,
  out: Float32Array,
  arrays: Workspace,
  residual?: Float32Array,
): void {
  const [inner, columns] = weight.shape as readonly [number, number]
  if (adapter === undefined) {
    kernels.matmul({ rows, columns, inner, residual }, x, weight.data, out)
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
