// What objectives on whole answers have in common: log-probabilities of the tokens that count, as the net gives them now and gave them at first.
import type { CausalNet } from '../../nets/causal-net.ts'
import { tokenLogProbs } from '../../nets/log-probs.ts'
import { gatherRows } from '../../tensor/operations/rows.ts'
import type { Tape } from '../../tensor/tape.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { type Asked, type Encoder, type SequenceExample, type Text, weightsFrom } from '../examples.ts'
import { targetsOf } from '../padded.ts'

/** Log-probabilities of all tokens that count, sequence after sequence, and which sequence each belongs to: [targets] both. */
export interface AnswerLogProbs {
  readonly logProbs: Tensor
  readonly sequences: Int32Array
}

/** Reads answers by the net as it is. */
export function answerLogProbs(tape: Tape, net: CausalNet, answers: readonly SequenceExample[]): AnswerLogProbs {
  const found = targetsOf(answers)
  const hidden = gatherRows(tape, net.hidden(tape, found.tokens, found.batch), found.places)
  return { logProbs: tokenLogProbs(tape, net.logits(tape, hidden), found.targets), sequences: found.sequences }
}

/** What the net said of examples before training, by their identity. */
export function firstLogProbs<Example extends object>(
  net: CausalNet,
  answersOf: (example: Example) => readonly SequenceExample[],
): { keep(tape: Tape, examples: readonly Example[]): void; of(examples: readonly Example[]): Float32Array } {
  const known = new Map<Example, Float32Array>()
  return {
    keep(tape, examples) {
      for (const example of examples) {
        known.set(example, answerLogProbs(tape, net, answersOf(example)).logProbs.data.slice())
        tape.reset()
      }
    },
    of: (examples) => joined(examples.map((example) => known.get(example)!)),
  }
}

/** Whole traces end with the end token; steps after common ones may go on. */
export function answerAfter(encoder: Encoder, asked: Asked, common: readonly Text[], last: Text): SequenceExample {
  const { tokens, ends } = encoder.sequence(asked, [...common, last], common.length === 0)
  return { tokens, weights: weightsFrom(ends[common.length]!, tokens.length) }
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(arrays.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const array of arrays) {
    out.set(array, at)
    at += array.length
  }
  return out
}
