// Attention with many heads (arXiv:1706.03762, eq. 1), causal or over all keys, in one operation there and back.
import type { AttentionShape, Rows } from '../kernels.ts'
import { shapeError, wantShape } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/** Options of `attention`. */
export interface AttentionOptions {
  readonly heads: number
  /** Heads of keys and values; a divisor of `heads`. Default `heads`. */
  readonly keyHeads?: number
  /** Whether query i of n sees only keys up to i + keys − n. */
  readonly causal: boolean
  /** Default 1/√(size of a head). */
  readonly scale?: number
}

/**
 * Attention for queries [batch, queries, heads · size] over keys and values [batch, keys, keyHeads · size]; gives
 * [batch, queries, heads · size].
 *
 * @throws BanyanError E_TENSOR_SHAPE when the shapes or the heads do not fit, or causal queries outnumber the keys.
 */
export function attention(tape: Tape, queries: Tensor, keys: Tensor, values: Tensor, options: AttentionOptions): Tensor {
  tape.want('attention', [queries, keys, values])
  const { heads, keyHeads = heads } = options
  if (queries.shape.length !== 3 || keys.shape.length !== 3)
    throw shapeError('attention', 'queries and keys have three axes', [queries.shape, keys.shape], '[batch, length, heads · size]')
  const [batch, length, width] = queries.shape as readonly [number, number, number]
  const size = sizeOfHead(width, heads, keyHeads)
  const keyCount = keys.shape[1]!
  wantShape('attention', 'the tensor of keys', keys.shape, [batch, keyCount, keyHeads * size])
  wantShape('attention', 'the tensor of values', values.shape, keys.shape)
  const shape = { batch, heads, keyHeads, queries: length, keys: keyCount, size, ...settings(options, size) }
  if (shape.causal && length > keyCount)
    throw shapeError('attention', 'there are more causal queries than keys', length, `at most ${keyCount}`)
  return attend(tape, shape, [queries, keys, values], (queries, keys, values) => [
    { data: queries, offset: 0, stride: width },
    { data: keys, offset: 0, stride: keyHeads * size },
    { data: values, offset: 0, stride: keyHeads * size },
  ])
}

/**
 * Attention of a sequence over itself, from queries, keys and values side by side: packed [batch, length, (heads + 2 · keyHeads) · size];
 * gives [batch, length, heads · size].
 *
 * @throws BanyanError E_TENSOR_SHAPE when the heads do not fit.
 * @example
 * const mixed = selfAttention(tape, linear(tape, x, weight, { bias }), { heads: 4, causal: true })
 */
export function selfAttention(tape: Tape, packed: Tensor, options: AttentionOptions): Tensor {
  tape.want('selfAttention', [packed])
  const { heads, keyHeads = heads } = options
  if (packed.shape.length !== 3)
    throw shapeError('selfAttention', 'the packed tensor has three axes', packed.shape, '[batch, length, (heads + 2 · keyHeads) · size]')
  const [batch, length, stride] = packed.shape as readonly [number, number, number]
  const width = (stride * heads) / (heads + 2 * keyHeads)
  const size = sizeOfHead(width, heads, keyHeads)
  const shape = { batch, heads, keyHeads, queries: length, keys: length, size, ...settings(options, size) }
  const split = (data: Float32Array): Split => [
    { data, offset: 0, stride },
    { data, offset: width, stride },
    { data, offset: width + keyHeads * size, stride },
  ]
  return attend(tape, shape, [packed], split)
}

type Split = [queries: Rows, keys: Rows, values: Rows]

/** @param split how three arrays, or a packed one, are read. */
function attend(tape: Tape, shape: AttentionShape, inputs: readonly Tensor[], split: (...arrays: Float32Array[]) => Split): Tensor {
  const { batch, heads, queries: length, size } = shape
  const out = tape.take(batch * length * heads * size)
  const logSums = tape.take(batch * heads * length)
  const [queries, keys, values] = split(...inputs.map(({ data }) => data))
  tape.kernels.attention(shape, queries, keys, values, out, logSums)
  return tape.record('attention', inputs, [batch, length, heads * size], out, (gradient) => {
    const { arrays, accumulate } = tape.target(...inputs)
    // Gradients that nobody wants go to an array of the moment.
    const spare = inputs.map(({ data }, at) => (arrays[at] === undefined ? data.length : 0))
    tape.during(Math.max(...spare, 1), (nowhere) => {
      const [toQueries, toKeys, toValues] = split(...arrays.map((array) => array ?? nowhere))
      const forward = { queries, keys, values, out, logSums }
      const gradients = { queries: toQueries, keys: toKeys, values: toValues }
      tape.kernels.attentionBackward(shape, forward, gradient, gradients, accumulate)
    })
  })
}

function settings({ causal, scale }: AttentionOptions, size: number): { causal: boolean; scale: number } {
  return { causal, scale: scale ?? 1 / Math.sqrt(size) }
}

function sizeOfHead(width: number, heads: number, keyHeads: number): number {
  const size = width / heads
  const possible = [heads, keyHeads, size, heads / keyHeads].every((number) => Number.isInteger(number) && number >= 1)
  if (possible) return size
  throw shapeError(
    'attention',
    'the heads do not fit',
    { width, heads, keyHeads },
    'a width of heads times a whole size, and heads a multiple of keyHeads',
  )
}
