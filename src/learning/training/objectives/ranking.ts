// Learning an order. Of two answers: a value head scores the better one higher (reward models: arXiv:2203.02155, eq. 1). Of several: the policy
// itself ranks them, by λ-weighted pairs against the net as it was in the beginning (LiPO-λ, arXiv:2402.01878).
import { lambdaRank, pairwise } from '../../losses/index.ts'
import { valueHead } from '../../nets/value-head.ts'
import { affine } from '../../tensor/operations/arithmetic.ts'
import { reshape } from '../../tensor/operations/arrange.ts'
import { sum } from '../../tensor/operations/reduce.ts'
import { gatherRows } from '../../tensor/operations/rows.ts'
import { checkSequence, checkTokens, type ListExample, type PairExample, rowError } from '../examples.ts'
import type { Objective } from '../objective.ts'
import { padded } from '../padded.ts'
import { rowOf } from '../row-fields.ts'
import { answerAfter, answerLogProbs, firstLogProbs } from './answers.ts'

export interface PairwiseSettings {
  /** By how much the better one should score higher, before the sigmoid. */
  readonly margin: number
  /** Numbers of a layer between in a new head; 0: none. */
  readonly between: number
}

/**
 * Takes `pair` rows. The head reads each side behind its last step, as search asks for values; a head that came with the net goes on, else a new
 * one is made. Tells `accuracy` and the mean `margin`.
 */
export function pairs({ margin, between }: PairwiseSettings): Objective<PairExample> {
  return {
    encode(row, encoder) {
      const pair = rowOf(['pair'], row)
      const { steps, chosen, rejected } = pair
      const common = steps.map((text, at) => ({ field: `steps[${at}]`, text }))
      const side = (field: string, text: string) => {
        const { tokens } = encoder.sequence(pair, [...common, { field, text }], false)
        return { tokens, weights: new Float32Array(tokens.length).fill(1) }
      }
      return { chosen: side('chosen', chosen), rejected: side('rejected', rejected) }
    },
    check({ chosen, rejected }, shape) {
      checkTokens('chosen', chosen.tokens, shape)
      checkTokens('rejected', rejected.tokens, shape)
    },
    lengths: ({ chosen, rejected }) => [chosen.tokens.length, rejected.tokens.length],
    weight: () => 1,
    open(net, { seed, heads }) {
      const head = heads.value ?? valueHead({ width: net.shape.width, bound: 'sigmoid', between }, { seed })
      return {
        heads: { value: head },
        loss(tape, examples, divisor) {
          const sides = examples.flatMap(({ chosen, rejected }) => [chosen.tokens, rejected.tokens])
          const { tokens, batch, length } = padded(
            sides,
            sides.map((side) => side.length),
          )
          const hidden = net.hidden(tape, tokens, batch)
          const scores = (side: 0 | 1) => {
            const places = Int32Array.from(examples, (_, at) => (2 * at + side) * length + sides[2 * at + side]!.length - 1)
            return head.logits(tape, gatherRows(tape, hidden, places))
          }
          return pairwise(tape, scores(0), scores(1), { margin, divisor })
        },
      }
    },
  }
}

export interface ListSettings {
  /** What log-ratios are multiplied by. */
  readonly beta: number
  /** Means of log-ratios over tokens instead of sums. */
  readonly lengthNormalised: boolean
}

/** Takes `group` rows: answers to one prompt with their rewards. Groups in which all are worth the same teach nothing. Tells `accuracy` and `margin`. */
export function lists({ beta, lengthNormalised }: ListSettings): Objective<ListExample> {
  return {
    encode(row, encoder) {
      const group = rowOf(['group'], row)
      const { completions } = group
      return {
        answers: completions.map(({ text }, at) => answerAfter(encoder, group, [], { field: `completions[${at}]`, text })),
        values: completions.map(({ reward }) => reward),
      }
    },
    check({ answers, values }, shape) {
      if (answers.length < 2 || values.length !== answers.length)
        throw rowError('values', 'there is not one for each answer', values.length, `${Math.max(2, answers.length)} values`)
      for (const [at, answer] of answers.entries()) checkSequence(`answers[${at}]`, answer, shape)
      const strange = Array.from(values).findIndex((value) => !Number.isFinite(value))
      if (strange !== -1) throw rowError('values', `value ${strange} is no number`, values[strange], 'finite numbers')
    },
    lengths: ({ answers }) => answers.map(({ tokens }) => tokens.length),
    weight: () => 1,
    open(net) {
      const first = firstLogProbs<ListExample>(net, ({ answers }) => answers)
      return {
        heads: {},
        prepare: first.keep,
        loss(tape, examples, divisor) {
          const { logProbs, sequences } = answerLogProbs(
            tape,
            net,
            examples.flatMap(({ answers }) => answers),
          )
          // Nothing to learn: a loss of 0, so that other parts of the batch are not held up.
          if (!examples.some(teaches))
            return { loss: affine(tape, sum(tape, reshape(tape, logProbs, [logProbs.data.length])), 0), telemetry: {} }
          const batch = { logProbs, sequences, referenceLogProbs: first.of(examples) }
          return lambdaRank(tape, batch, {
            ...{ beta, normalised: lengthNormalised, divisor },
            values: Float32Array.from(examples.flatMap(({ values }) => Array.from(values))),
            lists: Int32Array.from(examples.flatMap(({ answers }, at) => answers.map(() => at))),
          })
        },
      }
    },
  }
}

function teaches({ values }: ListExample): boolean {
  return Array.from(values).some((value) => value !== values[0])
}
