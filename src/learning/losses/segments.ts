// Sums and means of tokens by the sequence that they belong to, and back again, over the tape.
import { BanyanError } from '../../core/errors.ts'
import { multiply } from '../tensor/operations/arithmetic.ts'
import { reshape } from '../tensor/operations/arrange.ts'
import { gatherRows, scatterRows } from '../tensor/operations/rows.ts'
import { shapeError } from '../tensor/shape.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Tensor } from '../tensor/tensor.ts'

/**
 * Sums by segment: x [tokens] gives [count], with number s the sum over the tokens of segment s.
 *
 * @param segments [tokens]: which segment each token belongs to, from 0 to count − 1; −1 leaves it out.
 * @throws BanyanError E_TENSOR_SHAPE or E_TENSOR_INDEX when they do not fit.
 * @example
 * segmentSum(tape, constant([3], Float32Array.of(1, 2, 4)), Int32Array.of(0, 0, 1), 2) // [3, 4]
 */
export function segmentSum(tape: Tape, x: Tensor, segments: Int32Array, count: number): Tensor {
  if (x.shape.length !== 1) throw shapeError('segmentSum', 'x is no row of numbers', x.shape, '[tokens]')
  return reshape(tape, scatterRows(tape, reshape(tape, x, [x.data.length, 1]), segments, count), [count])
}

/** The other way round: x [count] gives [tokens], to each token the number of its segment. */
export function segmentSpread(tape: Tape, x: Tensor, segments: Int32Array): Tensor {
  return reshape(tape, gatherRows(tape, reshape(tape, x, [x.data.length, 1]), segments), [segments.length])
}

/**
 * Weighted sums by segment, or means (Σ weight · x / Σ weight).
 * @throws BanyanError E_LOSS_EMPTY for the mean of a segment in which nothing counts.
 */
export function segmentTotals(
  tape: Tape,
  x: Tensor,
  segments: Int32Array,
  count: number,
  { weights, mean }: { readonly weights?: Float32Array | undefined; readonly mean: boolean },
): Tensor {
  const sums = segmentSum(tape, weights === undefined ? x : multiply(tape, x, constant(x.shape, weights)), segments, count)
  if (!mean) return sums
  const lengths = segmentLengths(segments, count, weights)
  const empty = lengths.indexOf(0)
  if (empty !== -1)
    throw new BanyanError('E_LOSS_EMPTY', `sequence ${empty} has no token that counts, and so no mean`, {
      hint: 'Leave the sequence out, or let at least one of its tokens count',
    })
  return multiply(
    tape,
    sums,
    constant(
      [count],
      lengths.map((length) => 1 / length),
    ),
  )
}

/** [count]: the weight of all tokens of each segment; their number where there are no weights. */
export function segmentLengths(segments: Int32Array, count: number, weights?: Float32Array): Float32Array {
  const lengths = new Float32Array(count)
  for (let at = 0; at < segments.length; at++) lengths[segments[at]!]! += weights?.[at] ?? 1
  return lengths
}

/** @throws BanyanError E_LOSS_BATCH unless segments are whole numbers from 0 that do not decrease, below `count`. */
export function checkSegments(loss: string, segments: Int32Array, count = Number.POSITIVE_INFINITY): void {
  let before = 0
  for (const [at, segment] of segments.entries()) {
    if (!(segment >= before && segment < count))
      throw new BanyanError('E_LOSS_BATCH', `${loss}: the sequence of token ${at} is out of order, or there is none such`, {
        seen: segment,
        wanted: `a number from ${before}${count === Number.POSITIVE_INFINITY ? '' : ` to ${count - 1}`}`,
      })
    before = segment
  }
}
