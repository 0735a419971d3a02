// Odds ratio preference optimisation: writing the better one and preferring it to the worse, in one loss without a reference.
import { add, affine, subtract } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { logSigmoid } from './log-sigmoid.ts'
import { type Loss, type MeanOptions, shares, wantOption, weightedSum } from './loss.ts'
import { pairTelemetry } from './pairwise.ts'
import type { SequenceBatch } from './policy-batch.ts'
import { type Pairs, sequenceScores, sidesOf } from './preference.ts'

/** `weights` and `divisor` are of pairs; weights of tokens are the batch's. */
export interface OrpoOptions extends MeanOptions {
  /** Default: sequences 0 and 1, 2 and 3 …, the better one first. */
  readonly pairs?: Pairs
  /** How much the ratio of odds counts beside the better one's log-probability (λ), from 0. Default .1. */
  readonly weight?: number
}

/**
 * With p = exp(mean log-probability of a token) and odds = p / (1 − p): −log p(y⁺) − λ log σ(log odds(y⁺) − log odds(y⁻)), the mean over pairs
 * (ORPO, arXiv:2403.07691, eqs. 3 to 7). p is held below 1 − 1e-6.
 *
 * @returns telemetry: `accuracy`, `margin` (mean difference of log-odds), `written` (−log p(y⁺)), `preferred` (the other part, without λ).
 * @throws BanyanError E_LOSS_BATCH, E_LOSS_EMPTY, E_LOSS_OPTION.
 * @example
 * const { loss } = orpo(tape, { logProbs, sequences }, { weight: 0.1 })
 */
export function orpo(tape: Tape, batch: SequenceBatch, options: OrpoOptions = {}): Loss {
  const { pairs, weight = 0.1 } = options
  wantOption('orpo', 'weight', weight, 0)
  const scores = sequenceScores(tape, 'orpo', batch, { mean: true, gain: false })
  const { better, worse } = sidesOf(tape, 'orpo', scores, pairs)
  const weights = shares('orpo', better.data.length, options)
  const difference = subtract(tape, logOdds(tape, better), logOdds(tape, worse))
  const written = affine(tape, weightedSum(tape, better, weights), -1)
  const preferred = affine(tape, weightedSum(tape, logSigmoid(tape, difference), weights), -1)
  return {
    loss: add(tape, written, affine(tape, preferred, weight)),
    telemetry: { ...pairTelemetry(difference.data, weights), written: written.data[0]!, preferred: preferred.data[0]! },
  }
}

/** The logarithm of 1 − 1e-6. */
const most = Math.log1p(-1e-6)

/** x − log(1 − exp(x)) for logarithms of probabilities, held below that of 1 − 1e-6, above which the gradient is 0. */
function logOdds(tape: Tape, x: Tensor): Tensor {
  tape.want('logOdds', [x])
  const out = tape.take(x.data.length)
  for (let i = 0; i < out.length; i++) {
    const held = Math.min(x.data[i]!, most)
    out[i] = held - Math.log(-Math.expm1(held))
  }
  return tape.record('logOdds', [x], x.shape, out, (gradient) =>
    tape.into(x, (to, accumulate) => {
      for (let i = 0; i < out.length; i++) {
        const back = x.data[i]! <= most ? -gradient[i]! / Math.expm1(x.data[i]!) : 0
        to[i] = accumulate ? to[i]! + back : back
      }
    }),
  )
}
