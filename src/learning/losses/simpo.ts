// Simple preference optimisation: pairs by their mean log-probabilities, without a reference.
import { affine, subtract } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import { logSigmoid } from './log-sigmoid.ts'
import { type Loss, type MeanOptions, shares, wantOption, weightedSum } from './loss.ts'
import { lessMargin, pairTelemetry } from './pairwise.ts'
import type { SequenceBatch } from './policy-batch.ts'
import { type Pairs, sequenceScores, sidesOf } from './preference.ts'

/** `weights` and `divisor` are of pairs; weights of tokens are the batch's. */
export interface SimpoOptions extends MeanOptions {
  /** Default: sequences 0 and 1, 2 and 3 …, the better one first. */
  readonly pairs?: Pairs
  /** What mean log-probabilities are multiplied by, above 0. Default 2. */
  readonly beta?: number
  /** By how much the better one should exceed the worse (γ), from 0. Default 1. */
  readonly margin?: number
}

/**
 * −log σ(β/|y⁺| log π(y⁺) − β/|y⁻| log π(y⁻) − γ), the mean over pairs (SimPO, arXiv:2405.14734, eq. 6).
 *
 * @returns telemetry: `accuracy` (share of pairs in which the better one is likelier a token) and `margin` (mean difference, with β, without γ).
 * @throws BanyanError E_LOSS_BATCH, E_LOSS_EMPTY, E_LOSS_OPTION.
 * @example
 * const { loss } = simpo(tape, { logProbs, sequences }, { beta: 2.5, margin: 0.5 })
 */
export function simpo(tape: Tape, batch: SequenceBatch, options: SimpoOptions = {}): Loss {
  const { pairs, beta = 2, margin = 1 } = options
  wantOption('simpo', 'beta', beta, Number.MIN_VALUE)
  wantOption('simpo', 'margin', margin, 0)
  const rewards = affine(tape, sequenceScores(tape, 'simpo', batch, { mean: true, gain: false }), beta)
  const { better, worse } = sidesOf(tape, 'simpo', rewards, pairs)
  const weights = shares('simpo', better.data.length, options)
  const difference = subtract(tape, better, worse)
  return {
    loss: affine(tape, weightedSum(tape, logSigmoid(tape, lessMargin(tape, 'simpo', difference, margin)), weights), -1),
    telemetry: pairTelemetry(difference.data, weights),
  }
}
