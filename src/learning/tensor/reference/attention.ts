// Attention of the reference kernels, one query after another.
import type { AttentionShape, Kernels, Rows } from '../kernels.ts'

/** See `Kernels`. On the way back the weights of the softmax are computed again from `logSums`, as in arXiv:2205.14135, algorithm 4. */
export const attentions = {
  attention(shape, queries, keys, values, out, logSums) {
    const { heads, size } = shape
    const weights = new Float64Array(shape.keys)
    forEachQuery(shape, (place) => {
      const { sequence, head, keyHead, query, seen } = place
      const q = rowAt(queries, shape.queries, sequence, query, head * size)
      let highest = Number.NEGATIVE_INFINITY
      for (let key = 0; key < seen; key++) {
        weights[key] = shape.scale * dot(size, queries.data, q, keys.data, rowAt(keys, shape.keys, sequence, key, keyHead * size))
        if (weights[key]! > highest || Number.isNaN(weights[key])) highest = weights[key]!
      }
      let total = 0
      for (let key = 0; key < seen; key++) {
        weights[key] = Math.exp(weights[key]! - highest)
        total += weights[key]!
      }
      logSums[(sequence * heads + head) * shape.queries + query] = highest + Math.log(total)
      const to = ((sequence * shape.queries + query) * heads + head) * size
      for (let i = 0; i < size; i++) {
        let sum = 0
        for (let key = 0; key < seen; key++)
          sum += weights[key]! * values.data[rowAt(values, shape.keys, sequence, key, keyHead * size) + i]!
        out[to + i] = sum / total
      }
    })
  },

  attentionBackward(shape, { queries, keys, values, out, logSums }, outGradient, gradients, accumulate) {
    const { heads, size, scale } = shape
    if (!accumulate) {
      clear(gradients.queries, shape.batch * shape.queries, heads * size)
      clear(gradients.keys, shape.batch * shape.keys, shape.keyHeads * size)
      clear(gradients.values, shape.batch * shape.keys, shape.keyHeads * size)
    }
    forEachQuery(shape, (place) => {
      const { sequence, head, keyHead, query, seen } = place
      const q = rowAt(queries, shape.queries, sequence, query, head * size)
      const toQuery = rowAt(gradients.queries, shape.queries, sequence, query, head * size)
      const at = ((sequence * shape.queries + query) * heads + head) * size
      const logSum = logSums[(sequence * heads + head) * shape.queries + query]!
      const mean = dot(size, outGradient, at, out, at)
      for (let key = 0; key < seen; key++) {
        const k = rowAt(keys, shape.keys, sequence, key, keyHead * size)
        const v = rowAt(values, shape.keys, sequence, key, keyHead * size)
        const toKey = rowAt(gradients.keys, shape.keys, sequence, key, keyHead * size)
        const toValue = rowAt(gradients.values, shape.keys, sequence, key, keyHead * size)
        const weight = Math.exp(scale * dot(size, queries.data, q, keys.data, k) - logSum)
        const back = scale * weight * (dot(size, outGradient, at, values.data, v) - mean)
        for (let i = 0; i < size; i++) {
          gradients.values.data[toValue + i]! += weight * outGradient[at + i]!
          gradients.queries.data[toQuery + i]! += back * keys.data[k + i]!
          gradients.keys.data[toKey + i]! += back * queries.data[q + i]!
        }
      }
    })
  },
} satisfies Partial<Kernels>

interface Place {
  readonly sequence: number
  readonly head: number
  readonly keyHead: number
  readonly query: number
  /** How many keys the query sees, from the first. */
  readonly seen: number
}

function forEachQuery({ batch, heads, keyHeads, queries, keys, causal }: AttentionShape, visit: (place: Place) => void): void {
  for (let sequence = 0; sequence < batch; sequence++)
    for (let head = 0; head < heads; head++)
      for (let query = 0; query < queries; query++)
        visit({
          sequence,
          head,
          keyHead: Math.floor((head * keyHeads) / heads),
          query,
          seen: causal ? keys - queries + query + 1 : keys,
        })
}

function rowAt({ offset, stride }: Rows, rows: number, sequence: number, row: number, within: number): number {
  return offset + (sequence * rows + row) * stride + within
}

function clear({ data, offset, stride }: Rows, rows: number, width: number): void {
  for (let row = 0; row < rows; row++) data.fill(0, offset + row * stride, offset + row * stride + width)
}

function dot(count: number, a: Float32Array, atA: number, b: Float32Array, atB: number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += a[atA + i]! * b[atB + i]!
  return sum
}
