// The contract of a net that reads tokens from left to right. Training goes over a tape; decoding goes without one, layer by layer, with keys
// and values in the decoder's cache. It knows no tokeniser, no sampling and no search.
import type { Json } from '../../core/common.ts'
import type { Kernels } from '../tensor/kernels.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'

/** What decoder, scorer and files must know of a net. */
export interface CausalShape {
  /** Tokens are whole numbers in [0, vocabulary). */
  readonly vocabulary: number
  /** Most tokens of a sequence. */
  readonly context: number
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Heads of keys and values; `heads` is a multiple of it. */
  readonly keyHeads: number
  /** Numbers of one head. */
  readonly headSize: number
}

/** A causal language net. */
export interface CausalNet {
  /** `gpt`, `llama`: which factory reads `config`. */
  readonly kind: string
  /** All that is needed to build the same net without its weights; goes into files. */
  readonly config: Json
  readonly shape: CausalShape
  /** In a fixed order, with unique names. */
  readonly parameters: readonly Parameter[]

  /**
   * Hidden states after the last norm, for training.
   *
   * @param tokens [batch, length] whole numbers, row after row; length is at most `shape.context`. Rows that are shorter are filled up at their end
   * with any token: later places never change earlier ones.
   * @returns [batch · length, width].
   */
  hidden(tape: Tape, tokens: Int32Array, batch: number): Tensor
  /** Logits of hidden states: [rows, width] → [rows, vocabulary]. Rows may be picked first (`gatherRows`), where few places count. */
  logits(tape: Tape, hidden: Tensor): Tensor

  /**
   * Hidden states after the last norm for one row each of many sequences, without a tape: the same numbers as `hidden` gives.
   *
   * @param out [rows, width] receives them.
   */
  decode(kernels: Kernels, rows: DecodingRows, attend: Attend, out: Float32Array): void
  /** Logits of `rows` hidden states: [rows, width] → `out` [rows, vocabulary]. */
  decodeLogits(kernels: Kernels, rows: number, hidden: Float32Array, out: Float32Array): void
}

/** Tokens to be read, each at its own place of its own sequence. Several rows may belong to one sequence (a prompt), in order. */
export interface DecodingRows {
  readonly count: number
  /** [count] */
  readonly tokens: Int32Array
  /** [count] places in their sequences, from 0. */
  readonly positions: Int32Array
}

/**
 * Given by the decoder: keeps the rows' keys and values of a layer, and lets each query see all places of its own sequence up to its own.
 *
 * @param mixed [rows, (heads + 2 · keyHeads) · headSize]: queries, keys, values side by side, positions already turned in where the net does so.
 * @param out [rows, heads · headSize].
 */
export type Attend = (layer: number, mixed: Float32Array, out: Float32Array) => void
