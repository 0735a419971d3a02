// Sequences side by side as a net reads them, and which hidden states predict the tokens that count.
import { type SequenceExample, weightsOf } from './examples.ts'

export interface Padded {
  /** [batch, length], filled up at the end with token 0: later places never change earlier ones. */
  readonly tokens: Int32Array
  readonly batch: number
  readonly length: number
}

/** @param lengths how much of each sequence is read. */
export function padded(sequences: readonly ArrayLike<number>[], lengths: readonly number[]): Padded {
  const length = Math.max(...lengths)
  const tokens = new Int32Array(sequences.length * length)
  for (const [row, sequence] of sequences.entries()) for (let i = 0; i < lengths[row]!; i++) tokens[row * length + i] = sequence[i]!
  return { tokens, batch: sequences.length, length }
}

/** Tokens to be predicted: those of weight above 0, sequence after sequence. Arrays are [targets]. */
export interface Targets extends Padded {
  /** Rows of hidden states [batch · length]: the place before each target. */
  readonly places: Int32Array
  readonly targets: Int32Array
  readonly weights: Float32Array
  /** Which sequence each belongs to. */
  readonly sequences: Int32Array
}

/** The last token of a sequence is predicted, but never read. */
export function targetsOf(examples: readonly SequenceExample[]): Targets {
  const read = padded(
    examples.map(({ tokens }) => tokens),
    examples.map(({ tokens }) => Math.max(1, tokens.length - 1)),
  )
  const found: number[][] = []
  for (const [row, example] of examples.entries()) {
    const { tokens } = example
    const weights = weightsOf(example)
    for (let i = 1; i < tokens.length; i++) if (weights[i]! > 0) found.push([row * read.length + i - 1, tokens[i]!, weights[i]!, row])
  }
  const column = (at: number) => Int32Array.from(found, (one) => one[at]!)
  return { ...read, places: column(0), targets: column(1), weights: Float32Array.from(found, (one) => one[2]!), sequences: column(3) }
}
