// Small cases of the kernels that only decoding uses: rows of sequences over pages, and logits to choose from.
import { Random } from '../../../core/random.ts'
import { type Kernels, type PagedAttention, pageLength, type Sampled, type Sampling } from '../kernels.ts'

export interface PagedCase {
  readonly heads: number
  readonly keyHeads: number
  readonly size: number
  /** Of each sequence. */
  readonly lengths: readonly number[]
}

/** With grouped heads, heads that are no whole lanes, and a sequence longer than one chain of a product. */
export const pagedCases: readonly PagedCase[] = [
  { heads: 4, keyHeads: 4, size: 16, lengths: [1, 5, 16, 17, 48] },
  { heads: 6, keyHeads: 2, size: 8, lengths: [3, 33] },
  { heads: 3, keyHeads: 1, size: 37, lengths: [2, 20, 40] },
  { heads: 2, keyHeads: 1, size: 64, lengths: [300] },
]

/** Packed queries, keys and values [length, (heads + 2 · keyHeads) · size] of one of its sequences. */
function packedOf({ heads, keyHeads, size, lengths }: PagedCase, sequence: number): Float32Array {
  const random = new Random(7, sequence)
  return Float32Array.from({ length: lengths[sequence]! * (heads + 2 * keyHeads) * size }, () => 4 * random.unit() - 2)
}

/** Attention of whole sequences, one after another: [length, heads · size] each. */
export function attendWhole(kernels: Kernels, paged: PagedCase): Float32Array[] {
  const { heads, keyHeads, size, lengths } = paged
  const stride = (heads + 2 * keyHeads) * size
  return lengths.map((length, sequence) => {
    const data = packedOf(paged, sequence)
    const out = new Float32Array(length * heads * size)
    const shape = { batch: 1, heads, keyHeads, queries: length, keys: length, size, causal: true, scale: 1 / Math.sqrt(size) }
    const rows = (offset: number) => ({ data, offset, stride })
    kernels.attention(shape, rows(0), rows(heads * size), rows((heads + keyHeads) * size), out, new Float32Array(length * heads))
    return out
  })
}

/** The same over pages: in blocks of rows that take some from each sequence, with pages in no order. */
export function attendPages(kernels: Kernels, paged: PagedCase, blockRows: number): Float32Array[] {
  const { heads, keyHeads, size, lengths } = paged
  const stride = (heads + 2 * keyHeads) * size
  const width = heads * size
  const tableStride = Math.ceil(Math.max(...lengths) / pageLength)
  const pageCount = tableStride * lengths.length
  const tables = Int32Array.from(new Random(9).shuffled(Array.from({ length: pageCount }, (_, i) => i)))
  const pages = new Float32Array(pageCount * keyHeads * size * 2 * pageLength).fill(3)
  const packed = lengths.map((_, sequence) => packedOf(paged, sequence))
  const out = lengths.map((length) => new Float32Array(length * width))
  const random = new Random(11, blockRows)
  const next = lengths.map(() => 0)
  for (;;) {
    const left = lengths.flatMap((length, sequence) => (next[sequence]! < length ? [sequence] : []))
    if (left.length === 0) return out
    const tableOf: number[] = []
    const positions: number[] = []
    for (let row = 0; row < blockRows; row++) {
      const sequence = left[random.below(left.length)]!
      if (next[sequence]! >= lengths[sequence]!) continue
      tableOf.push(sequence)
      positions.push(next[sequence]!++)
    }
    const rows = tableOf.length
    const mixed = new Float32Array(rows * stride)
    tableOf.forEach((sequence, row) => {
      mixed.set(packed[sequence]!.subarray(positions[row]! * stride, (positions[row]! + 1) * stride), row * stride)
    })
    const shape: PagedAttention = {
      ...{ rows, heads, keyHeads, size, scale: 1 / Math.sqrt(size), tables, tableStride },
      positions: Int32Array.from(positions),
      tableOf: Int32Array.from(tableOf),
    }
    const result = new Float32Array(rows * width)
    kernels.pagedAttention(shape, mixed, pages, result)
    tableOf.forEach((sequence, row) => {
      out[sequence]!.set(result.subarray(row * width, (row + 1) * width), positions[row]! * width)
    })
  }
}

/** Rows of logits with every kind of setting. */
export function samplingCase(rows: number, classes: number): { sampling: Sampling; logits: Float32Array } {
  const random = new Random(13, rows * 1000 + classes)
  const each = <T>(values: readonly T[]) => Array.from({ length: rows }, (_, row) => values[row % values.length]!)
  const allowed = Float32Array.from({ length: 2 * classes }, (_, i) =>
    i % classes !== 0 && random.unit() < 0.5 ? Number.NEGATIVE_INFINITY : 0,
  )
  const sampling = {
    rows,
    classes,
    temperatures: Float32Array.from(each([1, 1, 0, 0.5, 2, 1, 0.7])),
    topK: Int32Array.from(each([0, 0, 0, 3, 0])),
    topP: Float32Array.from(each([1, 1, 0.8])),
    draws: Int32Array.from({ length: rows }, () => random.integer()),
    maskOf: Int32Array.from(each([-1, -1, -1, 0, 1, -1, -1, -1, 1])),
    allowed,
  }
  return { sampling, logits: Float32Array.from({ length: rows * classes }, () => 6 * random.unit() - 3) }
}

/** Arrays for what is chosen in so many rows. */
export function sampledOf(kernels: Kernels, sampling: Sampling, logits: Float32Array): Sampled {
  const floats = () => new Float32Array(sampling.rows)
  const out = { tokens: new Int32Array(sampling.rows), logProbs: floats(), rawLogProbs: floats(), logSums: floats(), entropies: floats() }
  kernels.sample(sampling, logits, out)
  return out
}
