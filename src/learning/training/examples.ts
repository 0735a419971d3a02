// What objectives learn from: token sequences with marks. And how a row's texts become one.
import { BanyanError } from '../../core/errors.ts'
import type { Prompt } from '../data/rows.ts'
import type { CausalShape } from '../nets/causal-net.ts'
import { endToken } from '../tokenisers/of-texts.ts'
import type { Tokeniser } from '../tokenisers/tokeniser.ts'
import type { Encoding } from './job.ts'

/** A sequence to be written token by token. */
export interface SequenceExample {
  readonly tokens: ArrayLike<number>
  /** [tokens]: how much each counts as a target; 0 for what was given. The first is never a target. Default: 1 each. */
  readonly weights?: ArrayLike<number>
}

/** The weights of a sequence's tokens. */
export function weightsOf({ tokens, weights }: SequenceExample): ArrayLike<number> {
  return weights ?? weightsFrom(0, tokens.length)
}

/** Two sequences, the first better. */
export interface PairExample {
  readonly chosen: SequenceExample
  readonly rejected: SequenceExample
  /** DPO: how probable it is that this pair is the wrong way round, from 0 to ½. Default: the setting of the objective. */
  readonly labelSmoothing?: number
}

/** Several answers to one prompt, and what each is worth. */
export interface ListExample {
  readonly answers: readonly SequenceExample[]
  /** [answers], in any unit in which differences of one matter: gains are powers of two. */
  readonly values: ArrayLike<number>
}

/** A sequence with values at some places. */
export interface ValueExample {
  readonly tokens: ArrayLike<number>
  /** Where the values are read: after these tokens. */
  readonly places: ArrayLike<number>
  /** [places]. */
  readonly targets: ArrayLike<number>
}

/** The part of a row that is the same for all its answers. */
export interface Asked {
  readonly prompt: Prompt
  readonly separator?: string
}

/** Makes sequences of texts. */
export interface Encoder {
  /**
   * Prompt and steps as one sequence: the separator stands behind each, the end token behind the last step where `ended`.
   * @throws BanyanError E_TRAIN_ROW naming the field whose text has no tokens.
   */
  sequence(asked: Asked, steps: readonly Text[], ended: boolean): EncodedSequence
}

/** A text of a row with the field it stands in. */
export interface Text {
  readonly field: string
  readonly text: string
}

export interface EncodedSequence {
  readonly tokens: Int32Array
  /** How many tokens there are up to the end of the prompt and of each step, with what stands behind it: [steps + 1]. */
  readonly ends: readonly number[]
}

export function encoderOf(tokeniser: Tokeniser, { separator = '', end }: Encoding = {}): Encoder {
  if (end !== undefined && !tokeniser.vocabulary.includes(end))
    throw new BanyanError('E_TRAIN_OPTION', 'the end token is not in the vocabulary', { seen: end, hint: 'Name another, or leave it out' })
  const last = tokeniser.vocabulary.indexOf(end ?? endToken)
  return {
    sequence({ prompt }, steps, ended) {
      if (typeof prompt !== 'string') throw rowError('prompt', 'a chat cannot be read by this tokeniser', prompt, 'a text')
      const tokens: number[] = []
      const ends: number[] = []
      const all = [{ field: 'prompt', text: prompt }, ...steps]
      for (const [at, { field, text }] of all.entries()) {
        const closes = ended && at === all.length - 1
        for (const token of read(field, closes ? text : text + separator)) tokens.push(token)
        if (closes && last !== -1) tokens.push(last)
        ends.push(tokens.length)
      }
      return { tokens: Int32Array.from(tokens), ends }
    },
  }

  function read(field: string, text: string): Int32Array {
    try {
      return tokeniser.encode(text)
    } catch (error) {
      throw new BanyanError('E_TRAIN_ROW', `${field}: ${(error as Error).message}`, { cause: error })
    }
  }
}

/** 1 for every token from `from` on, 0 before. */
export function weightsFrom(from: number, length: number): Float32Array {
  return new Float32Array(length).fill(1, from)
}

/**
 * @param field where the sequence stands in its row.
 * @throws BanyanError E_TRAIN_ROW for tokens outside of the vocabulary, sequences longer than the context, and weights that do not fit.
 */
export function checkSequence(field: string, sequence: SequenceExample, shape: CausalShape): void {
  const { tokens } = sequence
  checkTokens(field, tokens, shape)
  const weights = weightsOf(sequence)
  if (weights.length !== tokens.length)
    throw rowError(`${field}.weights`, 'there is not one weight for each token', weights.length, `${tokens.length} weights`)
  let sum = 0
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i]! >= 0 && weights[i]! < Number.POSITIVE_INFINITY))
      throw rowError(`${field}.weights`, `weight ${i} is out of range`, weights[i], 'numbers from 0')
    if (i > 0) sum += weights[i]!
  }
  if (!(sum > 0)) throw rowError(field, 'no token counts', undefined, 'at least one token behind the prompt')
}

/** @throws BanyanError E_TRAIN_ROW for tokens outside of the vocabulary and sequences longer than the context. */
export function checkTokens(field: string, tokens: ArrayLike<number>, { vocabulary, context }: CausalShape): void {
  for (let i = 0; i < tokens.length; i++)
    if (!(Number.isInteger(tokens[i]) && tokens[i]! >= 0 && tokens[i]! < vocabulary))
      throw rowError(field, `the token at place ${i} is outside of the net's vocabulary`, tokens[i], `0 to ${vocabulary - 1}`)
  if (tokens.length < 1) throw rowError(field, 'it is empty', tokens.length, 'at least one token')
  if (tokens.length > context) throw rowError(field, "it is longer than the net's context", tokens.length, `at most ${context} tokens`)
}

/** The error for a field of a row; who knows which row it is puts its name before. */
export function rowError(field: string, message: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_TRAIN_ROW', `${field}: ${message}`, { seen, wanted })
}
