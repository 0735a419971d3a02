// Learning to write what was written: cross-entropy of the answer's tokens, the prompt masked.
import { crossEntropy } from '../../tensor/operations/cross-entropy.ts'
import { gatherRows } from '../../tensor/operations/rows.ts'
import { checkSequence, type SequenceExample, weightsFrom, weightsOf } from '../examples.ts'
import type { Objective } from '../objective.ts'
import { targetsOf } from '../padded.ts'
import { rowOf } from '../row-fields.ts'

/** Takes `verified` rows: steps, then the end of the answer. Every token counts the same, so long answers weigh more. */
export function supervised(): Objective<SequenceExample> {
  return {
    encode(row, encoder) {
      const verified = rowOf(['verified'], row)
      const { tokens, ends } = encoder.sequence(
        verified,
        verified.steps.map((text, at) => ({ field: `steps[${at}]`, text })),
        true,
      )
      return { tokens, weights: weightsFrom(ends[0]!, tokens.length) }
    },
    check: (example, shape) => checkSequence('tokens', example, shape),
    lengths: ({ tokens }) => [tokens.length],
    weight: (example) =>
      Array.prototype.reduce.call(weightsOf(example), (sum, weight, at) => (at === 0 ? 0 : (sum as number) + weight), 0) as number,
    open: (net) => ({
      heads: {},
      loss(tape, examples, divisor) {
        const { tokens, batch, places, targets, weights } = targetsOf(examples)
        const logits = net.logits(tape, gatherRows(tape, net.hidden(tape, tokens, batch), places))
        return { loss: crossEntropy(tape, logits, targets, { weights, divisor }), telemetry: {} }
      },
    }),
  }
}
