// Learning values of states: a head reads the hidden state after each step. Binary: the cross-entropy with a probability, as for process
// reward models (arXiv:2312.08935, eq. 1); regression: the squared error.
import type { OutcomeRow, StepLabelRow, StepValueRow } from '../../data/rows.ts'
import { binary, regression } from '../../losses/index.ts'
import { valueHead } from '../../nets/value-head.ts'
import { gatherRows } from '../../tensor/operations/rows.ts'
import { checkTokens, type Encoder, rowError, type ValueExample } from '../examples.ts'
import type { Objective } from '../objective.ts'
import { padded } from '../padded.ts'
import { rowOf } from '../row-fields.ts'

export interface ValueSettings {
  readonly loss: 'binary' | 'squared'
  /** Numbers of a layer between in a new head; 0: none. Default 0. */
  readonly between: number
}

/**
 * Takes `step-labels`, `step-value` and `outcome` rows; values are brought to [0, 1]. A head that came with the net goes on, else a new one
 * is made. Net and head are trained together.
 */
export function values({ loss, between }: ValueSettings): Objective<ValueExample> {
  return {
    encode: (row, encoder) => encoded(rowOf(['step-labels', 'step-value', 'outcome'], row), encoder),
    check(example, shape) {
      const { tokens, places, targets } = example
      checkTokens('tokens', tokens, shape)
      if (places.length === 0 || targets.length !== places.length)
        throw rowError('targets', 'there is not one for each place', targets.length, `${places.length} targets, at least one`)
      for (let i = 0; i < places.length; i++) {
        if (!(Number.isInteger(places[i]) && places[i]! >= 0 && places[i]! < tokens.length))
          throw rowError('places', `place ${i} is outside`, places[i], `0 to ${tokens.length - 1}`)
        if (!(targets[i]! >= 0 && targets[i]! <= 1)) throw rowError('targets', `target ${i} is out of range`, targets[i], 'from 0 to 1')
      }
    },
    lengths: ({ tokens }) => [tokens.length],
    weight: ({ places }) => places.length,
    open(net, { seed, heads }) {
      const head = heads.value ?? valueHead({ width: net.shape.width, bound: 'sigmoid', between }, { seed })
      return {
        heads: { value: head },
        loss(tape, examples, divisor) {
          const { tokens, batch, length } = padded(
            examples.map((one) => one.tokens),
            examples.map((one) => one.tokens.length),
          )
          const rows = Int32Array.from(examples.flatMap(({ places }, at) => Array.from(places, (place) => at * length + place)))
          const targets = Float32Array.from(examples.flatMap((one) => Array.from(one.targets)))
          const hidden = gatherRows(tape, net.hidden(tape, tokens, batch), rows)
          const logits = head.logits(tape, hidden)
          if (loss === 'binary') return binary(tape, logits, targets, { divisor })
          const [low, high] = head.range
          const wanted = targets.map((target) => low + (high - low) * target)
          const squared = regression(tape, head.values(tape, hidden), wanted, { divisor })
          const right = targets.filter((target, at) => target >= 0.5 === logits.data[at]! >= 0).length
          return { loss: squared.loss, telemetry: { ...squared.telemetry, accuracy: right / targets.length } }
        },
      }
    },
  }
}

/** Values are read behind a step and its separator, as search asks for them; there is no end token. */
function encoded(row: StepLabelRow | StepValueRow | OutcomeRow, encoder: Encoder): ValueExample {
  if (row.row === 'outcome') {
    const { tokens } = encoder.sequence(row, [{ field: 'completion', text: row.completion }], false)
    return { tokens, places: [tokens.length - 1], targets: [row.value] }
  }
  const { tokens, ends } = encoder.sequence(
    row,
    row.steps.map((text, at) => ({ field: `steps[${at}]`, text })),
    false,
  )
  if (row.row === 'step-labels') return { tokens, places: ends.slice(1).map((end) => end - 1), targets: row.labels }
  const [low, high] = row.range
  return { tokens, places: [tokens.length - 1], targets: [(row.value - low) / (high - low)] }
}
