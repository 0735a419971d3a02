// Matrix products of the reference kernels: plain loops, sums in double precision.
import type { Product } from '../kernels.ts'
import { activate } from './activation.ts'

/** See `Kernels.matmul`. */
export function matmul(product: Product, a: Float32Array, b: Float32Array, out: Float32Array): void {
  const { rows, columns, inner, batch = 1, scale = 1, accumulate = false, bias, residual, activation, slope } = product
  const { strideA = rows * inner, strideB = inner * columns } = product
  const [rowA, innerA] = product.transposeA ? [1, rows] : [inner, 1]
  const [innerB, columnB] = product.transposeB ? [1, inner] : [columns, 1]
  const sums = new Float64Array(columns)
  for (let matrix = 0; matrix < batch; matrix++) {
    for (let row = 0; row < rows; row++) {
      sums.fill(0)
      for (let k = 0; k < inner; k++) {
        const factor = a[matrix * strideA + row * rowA + k * innerA]!
        const from = matrix * strideB + k * innerB
        for (let column = 0; column < columns; column++) sums[column]! += factor * b[from + column * columnB]!
      }
      const to = (matrix * rows + row) * columns
      for (let column = 0; column < columns; column++) {
        const sum = scale * sums[column]! + (bias?.[column] ?? 0)
        out[to + column] = accumulate ? out[to + column]! + sum : sum
      }
      if (activation !== undefined) activate(activation, to, to + columns, out, out, slope)
      if (residual !== undefined) for (let at = to; at < to + columns; at++) out[at]! += residual[at]!
    }
  }
}
