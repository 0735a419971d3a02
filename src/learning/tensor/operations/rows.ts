// Rows by index: embeddings, messages along the edges of a graph, the patches of a convolution, one entry of each row.
import { BanyanError } from '../../../core/errors.ts'
import { rowsOf, type Shape, shapeError, sizeOf, wantShape } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/** Options of `gatherRows`. */
export interface GatherOptions {
  /** The shape of the indices, which the result has before its last axis. Default: one axis. */
  readonly shape?: Shape
  /** Of the result's shape; added to the rows. */
  readonly add?: Tensor
}

/**
 * Rows of a table [rows, width] by index: gives [...shape, width]. Index −1 gives zeros, which pads. On the way back a row gathers the
 * gradients of all places where it was taken, in their order.
 *
 * @throws BanyanError E_TENSOR_INDEX for an index outside of the table.
 * @throws BanyanError E_TENSOR_SHAPE when the shapes do not fit.
 * @example
 * const hidden = gatherRows(tape, tokenTable, tokens, { shape: [batch, length] })
 */
export function gatherRows(tape: Tape, table: Tensor, indices: Int32Array, options: GatherOptions = {}): Tensor {
  const { shape = [indices.length], add } = options
  const inputs = add === undefined ? [table] : [table, add]
  tape.want('gatherRows', inputs)
  if (table.shape.length !== 2) throw shapeError('gatherRows', 'the table is no matrix', table.shape, '[rows, width]')
  if (sizeOf(shape) !== indices.length || indices.length === 0)
    throw shapeError('gatherRows', 'the indices do not fit their shape', indices.length, `${sizeOf(shape)} indices`)
  const [rows, width] = table.shape as readonly [number, number]
  wantIndices('gatherRows', indices, -1, rows)
  if (add !== undefined) wantShape('gatherRows', 'what is added', add.shape, [...shape, width])
  const out = tape.take(indices.length * width)
  tape.kernels.gatherRows(width, table.data, indices, add?.data, out)
  return tape.record('gatherRows', inputs, [...shape, width], out, (gradient) => {
    tape.into(table, (to, accumulate) => {
      if (!accumulate) to.fill(0)
      tape.kernels.scatterRows(width, gradient, indices, to)
    })
    if (add !== undefined) tape.handOver(gradient, add)
  })
}

/**
 * Sums of rows [n, width] by index: row i is added to row `indices[i]` of the result [count, width], in order; −1 leaves a row out.
 * @throws BanyanError E_TENSOR_INDEX for an index outside of the result.
 * @throws BanyanError E_TENSOR_SHAPE unless there is one index for each row.
 */
export function scatterRows(tape: Tape, x: Tensor, indices: Int32Array, count: number): Tensor {
  tape.want('scatterRows', [x])
  if (x.shape.length !== 2 || x.shape[0] !== indices.length || !(Number.isInteger(count) && count >= 1))
    throw shapeError('scatterRows', 'the rows do not fit the indices', x.shape, `[${indices.length}, width], and a whole count from 1`)
  wantIndices('scatterRows', indices, -1, count)
  const width = x.shape[1]!
  const out = tape.take(count * width).fill(0)
  tape.kernels.scatterRows(width, x.data, indices, out)
  return tape.record('scatterRows', [x], [count, width], out, (gradient) =>
    tape.into(x, (to, accumulate) => tape.kernels.gatherRows(width, gradient, indices, accumulate ? to : undefined, to)),
  )
}

/**
 * One entry of each row: x [..., width] and an index for each row give [...].
 * @throws BanyanError E_TENSOR_INDEX for an index outside of the row.
 * @throws BanyanError E_TENSOR_SHAPE unless there is one index for each row.
 */
export function pick(tape: Tape, x: Tensor, indices: Int32Array): Tensor {
  tape.want('pick', [x])
  const { rows, width } = rowsOf('pick', x.shape)
  if (indices.length !== rows) throw shapeError('pick', 'there is not one index for each row', indices.length, `${rows} indices`)
  wantIndices('pick', indices, 0, width)
  const out = tape.take(rows)
  for (let row = 0; row < rows; row++) out[row] = x.data[row * width + indices[row]!]!
  return tape.record('pick', [x], x.shape.slice(0, -1), out, (gradient) =>
    tape.into(x, (to, accumulate) => {
      if (!accumulate) to.fill(0)
      for (let row = 0; row < rows; row++) to[row * width + indices[row]!]! += gradient[row]!
    }),
  )
}

/** @throws BanyanError E_TENSOR_INDEX for the first index outside of [least, bound). */
export function wantIndices(operation: string, indices: Int32Array, least: number, bound: number): void {
  for (let i = 0; i < indices.length; i++)
    if (!(indices[i]! >= least && indices[i]! < bound))
      throw new BanyanError('E_TENSOR_INDEX', `${operation}: index ${i} is outside`, {
        seen: indices[i],
        wanted: `${least} to ${bound - 1}`,
      })
}
