// What losses of better and worse sequences have in common: scores of sequences out of those of their tokens, and which are compared.
import { BanyanError } from '../../core/errors.ts'
import { subtract } from '../tensor/operations/arithmetic.ts'
import { reshape } from '../tensor/operations/arrange.ts'
import { gatherRows } from '../tensor/operations/rows.ts'
import { shapeError } from '../tensor/shape.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Tensor } from '../tensor/tensor.ts'
import { checkWeights, wantLength } from './loss.ts'
import type { SequenceBatch } from './policy-batch.ts'
import { checkSegments, segmentTotals } from './segments.ts'

/** Which sequences are compared: `better[i]` was preferred to `worse[i]`. A sequence may be in several pairs. */
export interface Pairs {
  readonly better: Int32Array
  readonly worse: Int32Array
}

/**
 * Scores of all sequences: sums, or means, of their tokens' log-probabilities; less those under the reference where `gain` is asked for.
 *
 * @returns [sequences], with gradient.
 * @throws BanyanError E_LOSS_BATCH when the arrays do not fit, or there is no reference; E_LOSS_EMPTY for the mean of nothing.
 */
export function sequenceScores(
  tape: Tape,
  loss: string,
  { logProbs, referenceLogProbs, sequences, weights }: SequenceBatch,
  { mean, gain }: { readonly mean: boolean; readonly gain: boolean },
): Tensor {
  if (logProbs.shape.length !== 1) throw shapeError(loss, 'logProbs is no row of numbers', logProbs.shape, '[tokens]')
  const tokens = logProbs.data.length
  wantLength(loss, 'sequences', sequences.length, tokens)
  checkSegments(loss, sequences)
  checkWeights(loss, tokens, weights)
  if (!gain) return segmentTotals(tape, logProbs, sequences, sequences.at(-1)! + 1, { weights, mean })
  if (referenceLogProbs === undefined)
    throw new BanyanError('E_LOSS_BATCH', `${loss}: the batch has no referenceLogProbs`, {
      wanted: 'log-probabilities under the reference policy',
      hint: 'Score the tokens with the policy as it is before training',
    })
  wantLength(loss, 'referenceLogProbs', referenceLogProbs.length, tokens)
  const gained = subtract(tape, logProbs, constant([tokens], referenceLogProbs))
  return segmentTotals(tape, gained, sequences, sequences.at(-1)! + 1, { weights, mean })
}

/**
 * Scores of the better and of the worse ones: [pairs] each.
 *
 * @param pairs default: sequences 0 and 1, 2 and 3 …, the better one first.
 * @throws BanyanError E_LOSS_BATCH for pairs of sequences that do not exist, or of none.
 */
export function sidesOf(tape: Tape, loss: string, scores: Tensor, pairs?: Pairs): { readonly better: Tensor; readonly worse: Tensor } {
  const count = scores.data.length
  const { better, worse } = pairs ?? inTurn(loss, count)
  wantLength(loss, 'worse', worse.length, better.length)
  if (better.length === 0) throw new BanyanError('E_LOSS_EMPTY', `${loss}: there is no pair`, { wanted: 'at least one' })
  for (const index of [...better, ...worse])
    if (!(index >= 0 && index < count))
      throw new BanyanError('E_LOSS_BATCH', `${loss}: a pair names a sequence that is not there`, {
        seen: index,
        wanted: `0 to ${count - 1}`,
      })
  const table = reshape(tape, scores, [count, 1])
  const side = (indices: Int32Array) => reshape(tape, gatherRows(tape, table, indices), [indices.length])
  return { better: side(better), worse: side(worse) }
}

function inTurn(loss: string, count: number): Pairs {
  if (count % 2 === 1)
    throw new BanyanError('E_LOSS_BATCH', `${loss}: the number of sequences is odd`, { seen: count, wanted: 'pairs, the better one first' })
  const every = (offset: number) => Int32Array.from({ length: count / 2 }, (_, pair) => 2 * pair + offset)
  return { better: every(0), worse: every(1) }
}
