// Learning which of two answers is better. DPO (arXiv:2305.18290, eq. 7) against the net as it was in the beginning; SimPO (arXiv:2405.14734,
// eq. 6) and ORPO (arXiv:2403.07691, eqs. 4 to 7) by mean log-probabilities, without a reference.
import { dpo, orpo, simpo } from '../../losses/index.ts'
import { checkSequence, type PairExample, rowError } from '../examples.ts'
import type { Objective } from '../objective.ts'
import { rowOf } from '../row-fields.ts'
import { answerAfter, answerLogProbs, firstLogProbs } from './answers.ts'

export type PreferenceSettings =
  | {
      readonly method: 'dpo'
      /** What the margin is multiplied by. */
      readonly beta: number
      /** How probable it is that a pair is the wrong way round. */
      readonly labelSmoothing: number
      /** Mean log-probabilities instead of sums. */
      readonly lengthNormalised: boolean
    }
  | {
      readonly method: 'simpo'
      readonly beta: number
      /** The margin that is wanted (γ). */
      readonly margin: number
    }
  | {
      readonly method: 'orpo'
      /** How much the ratio of odds counts beside the chosen answer's log-probability (λ). */
      readonly weight: number
    }

/**
 * Takes `pair` rows: steps that both have in common, then the better and the worse one. Tells what its loss tells.
 */
export function preferences(settings: PreferenceSettings): Objective<PairExample> {
  return {
    encode(row, encoder) {
      const pair = rowOf(['pair'], row)
      const { steps, chosen, rejected } = pair
      const common = steps.map((text, at) => ({ field: `steps[${at}]`, text }))
      const side = (field: string, text: string) => answerAfter(encoder, pair, common, { field, text })
      return { chosen: side('chosen', chosen), rejected: side('rejected', rejected) }
    },
    check({ chosen, rejected, labelSmoothing = 0 }, shape) {
      checkSequence('chosen', chosen, shape)
      checkSequence('rejected', rejected, shape)
      if (!(labelSmoothing >= 0 && labelSmoothing <= 0.5))
        throw rowError('labelSmoothing', 'it is out of range', labelSmoothing, 'a number from 0 to 0.5')
    },
    lengths: ({ chosen, rejected }) => [chosen.tokens.length, rejected.tokens.length],
    weight: () => 1,
    open(net) {
      const sidesOf = ({ chosen, rejected }: PairExample) => [chosen, rejected]
      const first = firstLogProbs(net, sidesOf)
      return {
        heads: {},
        prepare(tape, examples) {
          if (settings.method === 'dpo') first.keep(tape, examples)
        },
        loss(tape, pairs, divisor) {
          const { logProbs, sequences } = answerLogProbs(tape, net, pairs.flatMap(sidesOf))
          const batch = { logProbs, sequences }
          if (settings.method === 'simpo') return simpo(tape, batch, { beta: settings.beta, margin: settings.margin, divisor })
          if (settings.method === 'orpo') return orpo(tape, batch, { weight: settings.weight, divisor })
          const { beta, lengthNormalised } = settings
          const labelSmoothing = Float32Array.from(pairs, (pair) => pair.labelSmoothing ?? settings.labelSmoothing)
          return dpo(tape, { ...batch, referenceLogProbs: first.of(pairs) }, { beta, lengthNormalised, labelSmoothing, divisor })
        },
      }
    },
  }
}
