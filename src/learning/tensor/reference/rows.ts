// What moves numbers in the reference kernels: rows by index, views by stride, sums over an axis, and the turning of pairs.
import type { Kernels } from '../kernels.ts'

/** See `Kernels`. */
export const movements = {
  rotary({ rows, heads, size, pairs, inverse }, x, angles, out, accumulate) {
    const half = size / 2
    const [step, other] = pairs === 'halves' ? [1, half] : [2, 1]
    for (let row = 0; row < rows; row++)
      for (let head = 0; head < heads; head++)
        for (let i = 0; i < half; i++) {
          const cosine = angles[row * size + i]!
          const sine = inverse ? -angles[row * size + half + i]! : angles[row * size + half + i]!
          const first = (row * heads + head) * size + i * step
          const second = first + other
          const a = x[first]! * cosine - x[second]! * sine
          const b = x[first]! * sine + x[second]! * cosine
          out[first] = accumulate ? out[first]! + a : a
          out[second] = accumulate ? out[second]! + b : b
        }
  },

  copy({ shape, fromOffset, fromStrides, toOffset, toStrides, scale, accumulate }, from, to) {
    const last = shape.length - 1
    const visit = (axis: number, source: number, target: number) => {
      const length = axis < 0 ? 1 : shape[axis]!
      const fromStride = axis < 0 ? 0 : fromStrides[axis]!
      const toStride = axis < 0 ? 0 : toStrides[axis]!
      for (let i = 0; i < length; i++) {
        if (axis < last) visit(axis + 1, source + i * fromStride, target + i * toStride)
        else {
          const at = target + i * toStride
          to[at] = accumulate ? to[at]! + scale * from[source + i * fromStride]! : scale * from[source + i * fromStride]!
        }
      }
    }
    visit(last < 0 ? -1 : 0, fromOffset, toOffset)
  },

  sum(outer, length, inner, scale, x, out, accumulate) {
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        let sum = 0
        for (let k = 0; k < length; k++) sum += x[(o * length + k) * inner + i]!
        const at = o * inner + i
        out[at] = accumulate ? out[at]! + scale * sum : scale * sum
      }
  },

  gatherRows(width, table, indices, add, out) {
    for (let row = 0; row < indices.length; row++)
      for (let i = 0; i < width; i++)
        out[row * width + i] = (indices[row] === -1 ? 0 : table[indices[row]! * width + i]!) + (add?.[row * width + i] ?? 0)
  },

  scatterRows(width, rows, indices, table) {
    for (let row = 0; row < indices.length; row++) {
      if (indices[row] === -1) continue
      for (let i = 0; i < width; i++) table[indices[row]! * width + i]! += rows[row * width + i]!
    }
  },
} satisfies Partial<Kernels>
