// How much more probable the trained policy makes what was sampled: of each token, or of its whole sequence.
import { exp } from '../tensor/operations/activation.ts'
import { clamp, multiply, subtract } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Tensor } from '../tensor/tensor.ts'
import type { PolicyBatch } from './policy-batch.ts'
import { segmentLengths, segmentSpread, segmentSum } from './segments.ts'

/** Logarithms of ratios are held within ± this, so that no exponential overflows; beyond it the gradient is 0. */
export const largestLogRatio = 20

/** log π(token) − log μ(token), held within ±20: [tokens], with gradient. */
export function logRatio(tape: Tape, logProbs: Tensor, other: Float32Array): Tensor {
  return clamp(tape, subtract(tape, logProbs, constant(logProbs.shape, other)), -largestLogRatio, largestLogRatio)
}

/** π / μ of each token: [tokens], with gradient. */
export function tokenRatio(tape: Tape, { logProbs, sampledLogProbs }: PolicyBatch): Tensor {
  return exp(tape, logRatio(tape, logProbs, sampledLogProbs))
}

/**
 * (π / μ)^(1/length) of whole sequences, at each of their tokens: the geometric mean of the tokens' ratios (GSPO, arXiv:2507.18071, eq. 7).
 * Lengths count tokens by their weights.
 */
export function sequenceRatio(tape: Tape, { logProbs, sampledLogProbs, sequences, groups, weights }: PolicyBatch): Tensor {
  const lengths = segmentLengths(sequences, groups.length, weights)
  const share = Float32Array.from(sequences, (sequence, at) => (lengths[sequence] === 0 ? 0 : (weights?.[at] ?? 1) / lengths[sequence]!))
  const parts = multiply(tape, logRatio(tape, logProbs, sampledLogProbs), constant(logProbs.shape, share))
  return exp(tape, segmentSpread(tape, segmentSum(tape, parts, sequences, groups.length), sequences))
}
