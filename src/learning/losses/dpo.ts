// Direct preference optimisation: a policy learns from pairs, against a frozen reference, without a reward model.
import { add, affine, multiply, subtract } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Tensor } from '../tensor/tensor.ts'
import { logSigmoid } from './log-sigmoid.ts'
import { type Loss, type MeanOptions, shares, wantLength, wantOption, weightedSum, weightedTotal } from './loss.ts'
import { lessMargin, pairTelemetry } from './pairwise.ts'
import type { SequenceBatch } from './policy-batch.ts'
import { type Pairs, sequenceScores, sidesOf } from './preference.ts'

/** `weights` and `divisor` are of pairs; weights of tokens (step masks) are the batch's. */
export interface DpoOptions extends MeanOptions {
  /** Default: sequences 0 and 1, 2 and 3 …, the better one first. */
  readonly pairs?: Pairs
  /** How dear it is to leave the reference, above 0. Default .1. */
  readonly beta?: number
  /** Probability that a pair is the wrong way round, from 0 to ½: for all, or [pairs]. Default 0. */
  readonly labelSmoothing?: number | Float32Array
  /** Means of log-ratios over tokens instead of sums. Default false. */
  readonly lengthNormalised?: boolean
  /** By how much the better reward should exceed the worse: for all, or [pairs]. Default 0. */
  readonly margin?: number | Float32Array
}

/**
 * With h = β (log π(y⁺)/ρ(y⁺) − log π(y⁻)/ρ(y⁻)) − m: −(1 − α) log σ(h) − α log σ(−h), the mean over pairs (DPO, arXiv:2305.18290, eq. 7). With
 * α above 0 the conservative form (E. Mitchell, "A note on DPO with noisy preferences", 2023), for which visits of a search tree tell each
 * pair's α (MCTS-DPO, arXiv:2405.00451; `visitSmoothing`). With m the offset of arXiv:2402.10571 (ODPO).
 *
 * @returns telemetry: `accuracy` (share of pairs with h + m above 0), `margin` (mean of h + m), `betterReward` and `worseReward` (means of
 * β log π/ρ).
 * @throws BanyanError E_LOSS_BATCH, E_LOSS_EMPTY, E_LOSS_OPTION.
 * @example
 * const { loss } = dpo(tape, { logProbs, referenceLogProbs, sequences }, { beta: 0.1 })
 */
export function dpo(tape: Tape, batch: SequenceBatch, options: DpoOptions = {}): Loss {
  const { pairs, beta = 0.1, labelSmoothing = 0, lengthNormalised = false, margin = 0 } = options
  wantOption('dpo', 'beta', beta, Number.MIN_VALUE)
  for (const one of typeof labelSmoothing === 'number' ? [labelSmoothing] : labelSmoothing) wantOption('dpo', 'labelSmoothing', one, 0, 0.5)
  const rewards = affine(tape, sequenceScores(tape, 'dpo', batch, { mean: lengthNormalised, gain: true }), beta)
  const { better, worse } = sidesOf(tape, 'dpo', rewards, pairs)
  const weights = shares('dpo', better.data.length, options)
  const difference = subtract(tape, better, worse)
  const each = smoothed(tape, lessMargin(tape, 'dpo', difference, margin), labelSmoothing)
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return {
    loss: affine(tape, weightedSum(tape, each, weights), -1),
    telemetry: {
      ...pairTelemetry(difference.data, weights),
      betterReward: weightedTotal(better.data, weights) / all,
      worseReward: weightedTotal(worse.data, weights) / all,
    },
  }
}

/**
 * How probable it is that a pair of siblings is the wrong way round, by how often each was visited: α = min(½, 1 − 1 / (1 + n⁻ / max(1, n⁺)))
 * (MCTS-DPO, arXiv:2405.00451).
 *
 * @param better visits of the better one, from 0.
 * @param worse visits of the worse one, from 0.
 */
export function visitSmoothing(better: number, worse: number): number {
  return Math.min(0.5, 1 - 1 / (1 + worse / Math.max(1, better)))
}

/** (1 − α) log σ(h) + α log σ(−h). */
function smoothed(tape: Tape, h: Tensor, labelSmoothing: number | Float32Array): Tensor {
  const right = logSigmoid(tape, h)
  if (labelSmoothing === 0) return right
  const wrong = logSigmoid(tape, affine(tape, h, -1))
  if (typeof labelSmoothing === 'number') return add(tape, affine(tape, right, 1 - labelSmoothing), affine(tape, wrong, labelSmoothing))
  wantLength('dpo', 'labelSmoothing', labelSmoothing.length, h.data.length)
  const rest = labelSmoothing.map((one) => 1 - one)
  return add(tape, multiply(tape, right, constant(h.shape, rest)), multiply(tape, wrong, constant(h.shape, labelSmoothing)))
}
