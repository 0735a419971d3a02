// Learning which of two answers is better. DPO (arXiv:2305.18290, eq. 7) against the net as it was in the beginning; SimPO (arXiv:2405.14734,
// eq. 6) and ORPO (arXiv:2403.07691, eqs. 4 to 7) by mean log-probabilities, without a reference.
import { tokenLogProbs } from '../../nets/log-probs.ts'
import { exp, log } from '../../tensor/operations/activation.ts'
import { add, affine, clamp, multiply, subtract } from '../../tensor/operations/arithmetic.ts'
import { reshape } from '../../tensor/operations/arrange.ts'
import { sum } from '../../tensor/operations/reduce.ts'
import { gatherRows, scatterRows } from '../../tensor/operations/rows.ts'
import { Tape } from '../../tensor/tape.ts'
import { constant, type Tensor } from '../../tensor/tensor.ts'
import { checkSequence, type Encoder, type PairExample, rowError, type SequenceExample, weightsFrom } from '../examples.ts'
import type { Objective } from '../objective.ts'
import { targetsOf } from '../padded.ts'
import { rowOf } from '../row-fields.ts'
import { logistic } from './logistic.ts'

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
 * Takes `pair` rows: steps that both have in common, then the better and the worse one. Tells `accuracy`, the part of pairs whose margin is
 * above 0, and the mean `margin`.
 */
export function preferences(settings: PreferenceSettings): Objective<PairExample> {
  return {
    encode(row, encoder) {
      const { prompt, steps, chosen, rejected } = rowOf(['pair'], row)
      const common = steps.map((text, at) => ({ field: `steps[${at}]`, text }))
      const side = (field: string, text: string): SequenceExample => sideOf(encoder, prompt, common, { field, text })
      return { chosen: side('chosen', chosen), rejected: side('rejected', rejected) }
    },
    check({ chosen, rejected, labelSmoothing = 0 }, shape) {
      checkSequence('chosen', chosen, shape)
      checkSequence('rejected', rejected, shape)
      if (!(labelSmoothing >= 0 && labelSmoothing <= 0.5))
        throw rowError('labelSmoothing', 'it is out of range', labelSmoothing, 'a number from 0 to 0.5')
    },
    tokens: ({ chosen, rejected }) => chosen.tokens.length + rejected.tokens.length,
    weight: () => 1,
    open(net, { kernels }) {
      const reference = new Map<PairExample, Float32Array>()
      /** Log-probabilities of all tokens that count: chosen and rejected of the first pair, of the second … */
      const read = (tape: Tape, pairs: readonly PairExample[]) => {
        const found = targetsOf(pairs.flatMap(({ chosen, rejected }) => [chosen, rejected]))
        const hidden = gatherRows(tape, net.hidden(tape, found.tokens, found.batch), found.places)
        return { logProbs: tokenLogProbs(tape, net.logits(tape, hidden), found.targets), sequences: found.sequences }
      }
      return {
        heads: {},
        prepare(examples) {
          if (settings.method !== 'dpo') return
          const tape = new Tape({ kernels, gradients: false })
          for (const pair of examples) {
            reference.set(pair, read(tape, [pair]).logProbs.data.slice())
            tape.reset()
          }
        },
        loss(tape, pairs, divisor) {
          const { logProbs, sequences } = read(tape, pairs)
          const before = settings.method === 'dpo' ? joined(pairs.map((pair) => reference.get(pair)!)) : undefined
          const gained = before === undefined ? logProbs : subtract(tape, logProbs, constant([before.length], before))
          const mean = settings.method !== 'dpo' || settings.lengthNormalised
          const [chosen, rejected] = sides(tape, gained, sequences, pairs.length, mean)
          const margin = marginOf(tape, settings, chosen, rejected)
          const right = Float32Array.from(pairs, ({ labelSmoothing }) =>
            settings.method === 'dpo' ? 1 - (labelSmoothing ?? settings.labelSmoothing) : 1,
          )
          const preference = logistic(tape, margin, right, divisor)
          const telemetry = {
            accuracy: margin.data.filter((one) => one > 0).length / pairs.length,
            margin: margin.data.reduce((total, one) => total + one, 0) / pairs.length,
          }
          if (settings.method !== 'orpo') return { loss: preference, telemetry }
          const written = affine(tape, sum(tape, chosen), -1 / divisor)
          return { loss: add(tape, written, affine(tape, preference, settings.weight)), telemetry }
        },
      }
    },
  }
}

/** What goes into −log σ: [pairs]. */
function marginOf(tape: Tape, settings: PreferenceSettings, chosen: Tensor, rejected: Tensor): Tensor {
  if (settings.method === 'orpo') return subtract(tape, logOdds(tape, chosen), logOdds(tape, rejected))
  const difference = subtract(tape, chosen, rejected)
  return affine(tape, difference, settings.beta, settings.method === 'simpo' ? -settings.margin : 0)
}

/** log p − log(1 − p) of log-probabilities; p is held below 1 − 1e-6. */
function logOdds(tape: Tape, logProbs: Tensor): Tensor {
  const other = affine(tape, clamp(tape, exp(tape, logProbs), 0, 1 - 1e-6), -1, 1)
  return subtract(tape, logProbs, log(tape, other))
}

/** Sums or means over each sequence: those of chosen and of rejected ones, [pairs] each. */
function sides(tape: Tape, x: Tensor, sequences: Int32Array, pairs: number, mean: boolean): [Tensor, Tensor] {
  const column = reshape(tape, x, [sequences.length, 1])
  const sums = scatterRows(tape, column, sequences, 2 * pairs)
  const lengths = new Float32Array(2 * pairs)
  for (const sequence of sequences) lengths[sequence]!++
  const all = mean
    ? multiply(
        tape,
        sums,
        constant(
          [2 * pairs, 1],
          lengths.map((length) => 1 / length),
        ),
      )
    : sums
  const side = (offset: number) =>
    reshape(
      tape,
      gatherRows(
        tape,
        all,
        Int32Array.from({ length: pairs }, (_, pair) => 2 * pair + offset),
      ),
      [pairs],
    )
  return [side(0), side(1)]
}

/** Whole traces end with the end token; steps after common ones may go on. */
function sideOf(encoder: Encoder, prompt: Parameters<Encoder['sequence']>[0], common: readonly Text[], last: Text): SequenceExample {
  const { tokens, ends } = encoder.sequence(prompt, [...common, last], common.length === 0)
  return { tokens, weights: weightsFrom(ends[common.length]!, tokens.length) }
}

type Text = Parameters<Encoder['sequence']>[1][number]

function joined(arrays: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(arrays.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const array of arrays) {
    out.set(array, at)
    at += array.length
  }
  return out
}
