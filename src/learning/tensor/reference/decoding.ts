// What decoding needs of the reference kernels: attention over pages, and the choice of tokens.
import { type Kernels, pageLength } from '../kernels.ts'

/** See `Kernels`. */
export const decodings = {
  pagedAttention({ rows, heads, keyHeads, size, scale, positions, tableOf, tables, tableStride }, mixed, pages, out) {
    const stride = (heads + 2 * keyHeads) * size
    const headFloats = 2 * pageLength * size
    /** Where the keys of a head begin in the page of a place. */
    const pageAt = (row: number, place: number, keyHead: number) =>
      (tables[tableOf[row]! * tableStride + Math.floor(place / pageLength)]! * keyHeads + keyHead) * headFloats
    for (let row = 0; row < rows; row++)
      for (let keyHead = 0; keyHead < keyHeads; keyHead++) {
        const key = row * stride + (heads + keyHead) * size
        const value = key + keyHeads * size
        const to = pageAt(row, positions[row]!, keyHead)
        const slot = positions[row]! % pageLength
        for (let i = 0; i < size; i++) {
          pages[to + i * pageLength + slot] = mixed[key + i]!
          pages[to + (pageLength + slot) * size + i] = mixed[value + i]!
        }
      }

    const weights = new Float64Array(positions.subarray(0, rows).reduce((most, position) => Math.max(most, position + 1), 0))
    const at = new Int32Array(weights.length)
    for (let row = 0; row < rows; row++)
      for (let head = 0; head < heads; head++) {
        const seen = positions[row]! + 1
        const query = row * stride + head * size
        for (let place = 0; place < seen; place++) at[place] = pageAt(row, place, Math.floor((head * keyHeads) / heads))
        let highest = Number.NEGATIVE_INFINITY
        for (let place = 0; place < seen; place++) {
          let sum = 0
          const key = at[place]! + (place % pageLength)
          for (let i = 0; i < size; i++) sum += mixed[query + i]! * pages[key + i * pageLength]!
          weights[place] = scale * sum
          if (weights[place]! > highest || Number.isNaN(weights[place])) highest = weights[place]!
        }
        let total = 0
        for (let place = 0; place < seen; place++) {
          weights[place] = Math.exp(weights[place]! - highest)
          total += weights[place]!
        }
        for (let i = 0; i < size; i++) {
          let sum = 0
          for (let place = 0; place < seen; place++)
            sum += weights[place]! * pages[at[place]! + (pageLength + (place % pageLength)) * size + i]!
          out[(row * heads + head) * size + i] = sum / total
        }
      }
  },

  sample({ rows, classes, temperatures, topK, topP, draws, maskOf, allowed }, logits, out) {
    const weights = new Float64Array(classes)
    for (let row = 0; row < rows; row++) {
      const x = logits.subarray(row * classes, (row + 1) * classes)
      const mask = maskOf[row]! < 0 ? undefined : allowed!.subarray(maskOf[row]! * classes, (maskOf[row]! + 1) * classes)
      let highest = Number.NEGATIVE_INFINITY
      for (let i = 0; i < classes; i++) if (x[i]! > highest || Number.isNaN(x[i])) highest = x[i]!
      let total = 0
      let moment = 0
      for (let i = 0; i < classes; i++) {
        const weight = Math.exp(x[i]! - highest)
        total += weight
        if (weight > 0) moment += weight * (highest - x[i]!)
      }
      const logSum = highest + Math.log(total)
      out.logSums[row] = logSum
      out.entropies[row] = Math.log(total) + moment / total

      const { token, logProb } = choose(x, mask, temperatures[row]!, topK[row]!, topP[row]!, (draws[row]! >>> 0) / 4294967296, weights)
      const finite = Number.isFinite(logSum)
      out.tokens[row] = finite ? token : -1
      out.logProbs[row] = logProb
      out.rawLogProbs[row] = finite && token >= 0 ? x[token]! - logSum : Number.NaN
    }
  },
} satisfies Partial<Kernels>

/** @param unit random, in [0, 1). */
function choose(
  x: Float32Array,
  mask: Float32Array | undefined,
  temperature: number,
  topK: number,
  topP: number,
  unit: number,
  weights: Float64Array,
): { token: number; logProb: number } {
  let best = -1
  let highest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < x.length; i++) {
    const score = x[i]! + (mask?.[i] ?? 0)
    if (score > highest) {
      highest = score
      best = i
    }
  }
  if (best === -1) return { token: -1, logProb: Number.NaN }
  if (temperature === 0) return { token: best, logProb: 0 }
  let total = 0
  for (let i = 0; i < x.length; i++) {
    weights[i] = Math.exp((x[i]! + (mask?.[i] ?? 0) - highest) / temperature)
    total += weights[i]!
  }
  if ((topK > 0 && topK < x.length) || topP < 1) total = cut(weights, x.length, topK, topP, total)
  let left = unit * total
  let token = best
  for (let i = 0; i < x.length; i++) {
    if (weights[i] === 0) continue
    token = i
    left -= weights[i]!
    if (left < 0) break
  }
  return { token, logProb: (x[token]! - highest) / temperature - Math.log(total) }
}

/** Sets the weights of all but the most probable tokens to 0, and gives the sum of those that are left. At least one is. */
function cut(weights: Float64Array, count: number, topK: number, topP: number, total: number): number {
  const order = Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => weights[b]! - weights[a]! || a - b)
  const most = topK > 0 ? Math.min(topK, count) : count
  let allKept = total
  if (most < count) {
    allKept = 0
    for (let i = 0; i < most; i++) allKept += weights[order[i]!]!
  }
  let kept = 0
  let taken = 0
  while (taken < most && (taken === 0 || kept < topP * allKept)) kept += weights[order[taken++]!]!
  for (let i = taken; i < count; i++) weights[order[i]!] = 0
  return kept
}
