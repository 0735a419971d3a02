// Which of two texts is better: each gets a score, and the difference of both is the logit of a preference (Bradley and Terry 1952).
import { BanyanError } from '../../core/errors.ts'
import { subtract } from '../tensor/operations/arithmetic.ts'
import { reshape } from '../tensor/operations/arrange.ts'
import { gatherRows } from '../tensor/operations/rows.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { ParameterSource } from './parameters.ts'
import { type ScalarHead, scalarHead } from './scalar-head.ts'

/** A head that says which of two texts is better. */
export interface PairwiseHead extends ScalarHead {
  /**
   * Logits that the first of each pair is better: [rows, width] hidden states of the texts' last tokens → [pairs].
   * @param pairs [pairs, 2] rows of `hidden`, one pair after another.
   */
  preferences(tape: Tape, hidden: Tensor, pairs: Int32Array): Tensor
}

/**
 * A pairwise head; its parameters are named `pairwise.…`. Its `values` are scores without bounds: only differences mean anything.
 *
 * @throws BanyanError E_NET_CONFIG or E_NET_PARAMETER when sizes or parameters do not fit.
 * @example
 * const head = pairwiseHead({ width: net.shape.width }, { seed: 1 })
 * const logits = head.preferences(tape, lastHidden, Int32Array.of(0, 1, 2, 3))
 */
export function pairwiseHead(config: { readonly width: number; readonly between?: number }, source: ParameterSource): PairwiseHead {
  const head = scalarHead('pairwise', { ...config, bound: 'none' }, source)
  return {
    ...head,
    preferences(tape, hidden, pairs) {
      if (pairs.length === 0 || pairs.length % 2 !== 0)
        throw new BanyanError('E_TENSOR_SHAPE', 'preferences: these are no pairs', { seen: pairs.length, wanted: 'two rows for each pair' })
      const scores = head.values(tape, hidden)
      const column = reshape(tape, scores, [scores.data.length, 1])
      const side = (offset: number) => {
        const picked = gatherRows(
          tape,
          column,
          pairs.filter((_, at) => at % 2 === offset),
        )
        return reshape(tape, picked, [pairs.length / 2])
      }
      return subtract(tape, side(0), side(1))
    },
  }
}
