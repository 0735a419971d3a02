// Learning the order of a whole list: pairs count by how much the list would gain if they changed places.
import { BanyanError } from '../../core/errors.ts'
import { affine, subtract } from '../tensor/operations/arithmetic.ts'
import { reshape } from '../tensor/operations/arrange.ts'
import { gatherRows } from '../tensor/operations/rows.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { logSigmoid } from './log-sigmoid.ts'
import { type Loss, wantLength, wantOption, weightedSum } from './loss.ts'
import { pairTelemetry } from './pairwise.ts'
import type { SequenceBatch } from './policy-batch.ts'
import { sequenceScores } from './preference.ts'

/** Lists whose items are to be put in order. */
export interface RankedLists {
  /** [items]: how good each item is; higher is better, and by 2^value, so best within about 0 to 5. */
  readonly values: Float32Array
  /** [items]: which list each item is in, from 0. Default: all are in one. */
  readonly lists?: Int32Array
  /** What the sum over lists is divided by. Default: the number of lists in which values differ. */
  readonly divisor?: number
}

/** Options of `lambdaRank`. */
export interface LambdaRankOptions extends RankedLists {
  /** What log-ratios to the reference are multiplied by, above 0. Default .5. */
  readonly beta?: number
  /** Divides each sequence's score by the sum of its tokens' weights. Default false. */
  readonly normalised?: boolean
}

/**
 * Σ over pairs with v_i > v_j of −λ_ij log σ(s_i − s_j), the mean over lists, with λ_ij = |2^v_i − 2^v_j| · |1/log(1 + τ_i) − 1/log(1 + τ_j)|
 * and τ the ranks by the scores as they are, from 1 (LambdaRank: C. Burges, MSR-TR-2010-82, section 4; as the loss of a policy LiPO-λ, arXiv:2402.01878).
 * λ has no gradient. Lists in which all values are equal teach nothing.
 *
 * @param scores [items].
 * @returns telemetry: `accuracy`, the share of pairs in the right order, and `margin`, the mean of s_i − s_j; by λ.
 * @throws BanyanError E_LOSS_BATCH when arrays do not fit; E_LOSS_EMPTY when no values differ; E_LOSS_OPTION.
 */
export function listRanking(tape: Tape, scores: Tensor, { values, lists, divisor }: RankedLists): Loss {
  const items = scores.data.length
  wantLength('lambdaRank', 'values', values.length, items)
  if (lists !== undefined) wantLength('lambdaRank', 'lists', lists.length, items)
  const members = new Map<number, number[]>()
  for (let item = 0; item < items; item++) {
    const list = lists?.[item] ?? 0
    members.set(list, [...(members.get(list) ?? []), item])
  }
  const pairs = [...members.values()].map((list) => pairsOf(list, values, scores.data))
  const all = pairs.flat()
  if (all.length === 0) throw new BanyanError('E_LOSS_EMPTY', 'lambdaRank: no list has values that differ', { seen: [...values] })
  const taught = divisor ?? pairs.filter(({ length }) => length > 0).length
  wantOption('lambdaRank', 'divisor', taught, Number.MIN_VALUE)
  const table = reshape(tape, scores, [items, 1])
  const side = (of: (pair: WeightedPair) => number) => reshape(tape, gatherRows(tape, table, Int32Array.from(all, of)), [all.length])
  const difference = subtract(
    tape,
    side(({ better }) => better),
    side(({ worse }) => worse),
  )
  const weights = Float32Array.from(all, ({ weight }) => weight / taught)
  return {
    loss: affine(tape, weightedSum(tape, logSigmoid(tape, difference), weights), -1),
    telemetry: pairTelemetry(difference.data, weights),
  }
}

/**
 * The list loss of a policy: s_i = β Σ_t w_t log π/ρ over the tokens of sequence i, w from the batch's weights: weights of steps there make it tree
 * preference optimisation (TPO, arXiv:2410.12854), `stepWeights` and `similarityWeights` compute them. (The paper's released code has no
 * λ, and its loss falls where it should rise; this is the form of the text.)
 *
 * @param batch one sequence for each item of `values`.
 * @returns telemetry as `listRanking`.
 * @throws BanyanError E_LOSS_BATCH, E_LOSS_EMPTY, E_LOSS_OPTION.
 * @example
 * const { loss } = lambdaRank(tape, { logProbs, referenceLogProbs, sequences }, { values: Float32Array.of(1, 0.4, 0) })
 */
export function lambdaRank(tape: Tape, batch: SequenceBatch, { beta = 0.5, normalised = false, ...lists }: LambdaRankOptions): Loss {
  wantOption('lambdaRank', 'beta', beta, Number.MIN_VALUE)
  return listRanking(tape, affine(tape, sequenceScores(tape, 'lambdaRank', batch, { mean: normalised, gain: true }), beta), lists)
}

interface WeightedPair {
  readonly better: number
  readonly worse: number
  readonly weight: number
}

function pairsOf(list: readonly number[], values: Float32Array, scores: Float32Array): WeightedPair[] {
  // Sorting is stable: equal scores keep the order of the list.
  const order = [...list].sort((a, b) => scores[b]! - scores[a]!)
  const discount = new Map(order.map((item, at) => [item, 1 / Math.log(2 + at)]))
  return list.flatMap((better) =>
    list
      .filter((worse) => values[better]! > values[worse]!)
      .map((worse) => {
        const gain = 2 ** values[better]! - 2 ** values[worse]!
        return { better, worse, weight: gain * Math.abs(discount.get(better)! - discount.get(worse)!) }
      }),
  )
}
