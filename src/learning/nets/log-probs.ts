// Log-probabilities of given tokens, and entropies, out of hidden states, at chosen places only: logits are computed nowhere else, and no
// array of the vocabulary's size is kept but these.
import { BanyanError } from '../../core/errors.ts'
import { affine } from '../tensor/operations/arithmetic.ts'
import { gatherRows, wantIndices } from '../tensor/operations/rows.ts'
import { rowsOf, shapeError } from '../tensor/shape.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { CausalNet } from './causal-net.ts'

/** Options of `logProbsOf`. */
export interface LogProbsOptions {
  /** Of the distribution, above 0. Default 1. */
  readonly temperature?: number
  /** Whether entropies are wanted too. Default false. */
  readonly entropies?: boolean
}

/** In nats, with gradients; one for each place. */
export interface LogProbs {
  /** [places] of the given tokens. */
  readonly logProbs: Tensor
  /** [places] of the whole distribution; only where asked for. */
  readonly entropies?: Tensor
}

/**
 * Log-probabilities of `tokens` as the next tokens after `places`.
 *
 * @param hidden [rows, width], from `net.hidden`.
 * @param places rows of `hidden`; the place before the token that it predicts.
 * @param tokens one for each place.
 * @throws BanyanError E_TENSOR_INDEX for a place or token that does not exist.
 * @throws BanyanError E_TENSOR_SHAPE unless there is one token for each place.
 * @throws BanyanError E_TENSOR_OPTION for a temperature that is not above 0.
 * @example
 * const hidden = net.hidden(tape, tokens, 1)
 * const { logProbs } = logProbsOf(tape, net, hidden, Int32Array.of(3, 4), tokens.slice(4, 6))
 */
export function logProbsOf(
  tape: Tape,
  net: CausalNet,
  hidden: Tensor,
  places: Int32Array,
  tokens: Int32Array,
  { temperature = 1, entropies = false }: LogProbsOptions = {},
): LogProbs {
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY))
    throw new BanyanError('E_TENSOR_OPTION', 'logProbsOf: the temperature is out of range', {
      seen: temperature,
      wanted: 'a number above 0',
    })
  const raw = net.logits(tape, gatherRows(tape, hidden, places))
  const logits = temperature === 1 ? raw : affine(tape, raw, 1 / temperature, 0)
  return { logProbs: tokenLogProbs(tape, logits, tokens), ...(entropies && { entropies: entropyOf(tape, logits) }) }
}

/**
 * log softmax(logits) at one token of each row: [rows, vocabulary] and [rows] tokens give [rows].
 * @throws BanyanError E_TENSOR_INDEX or E_TENSOR_SHAPE when the tokens do not fit.
 */
export function tokenLogProbs(tape: Tape, logits: Tensor, tokens: Int32Array): Tensor {
  tape.want('tokenLogProbs', [logits])
  const { rows, width } = rowsOf('tokenLogProbs', logits.shape)
  if (tokens.length !== rows) throw shapeError('tokenLogProbs', 'there is not one token for each row', tokens.length, `${rows} tokens`)
  wantIndices('tokenLogProbs', tokens, 0, width)
  const out = tape.take(rows)
  tape.during(rows, (weights) => {
    tape.kernels.crossEntropy(rows, width, logits.data, tokens, weights.fill(-1), out, undefined)
  })
  // A certain token has −1 · 0 so far.
  for (let row = 0; row < rows; row++) out[row] = out[row]! + 0
  // Cross-entropy with the gradients from above as weights is the way back: Σ g · log softmax.
  return tape.record('tokenLogProbs', [logits], logits.shape.slice(0, -1), out, (gradient) =>
    tape.into(logits, (to, accumulate) =>
      tape.during(rows, (losses) => {
        for (let row = 0; row < rows; row++) gradient[row] = -gradient[row]!
        const write = (array: Float32Array) => tape.kernels.crossEntropy(rows, width, logits.data, tokens, gradient, losses, array)
        if (!accumulate) return write(to)
        tape.during(to.length, (array) => {
          write(array)
          tape.kernels.scaled(to.length, 1, array, to, true)
        })
      }),
    ),
  )
}

/** −Σ p log p of softmax(logits) over the last axis, in nats: [..., classes] → [...]. */
export function entropyOf(tape: Tape, logits: Tensor): Tensor {
  tape.want('entropy', [logits])
  const { rows, width } = rowsOf('entropy', logits.shape)
  const logs = tape.take(rows * width)
  const out = tape.take(rows)
  tape.kernels.softmax(rows, width, logits.data, logs, true)
  tape.during(rows * width, (shares) => {
    tape.kernels.activation('exp', rows * width, logs, shares, undefined)
    for (let row = 0; row < rows; row++) {
      let sum = 0
      for (let i = row * width; i < (row + 1) * width; i++) if (shares[i]! > 0) sum -= shares[i]! * logs[i]!
      out[row] = sum
    }
  })
  // ∂H/∂xᵢ = −pᵢ (log pᵢ + H).
  return tape.record('entropy', [logits], logits.shape.slice(0, -1), out, (gradient) =>
    tape.into(logits, (to, accumulate) =>
      tape.during(rows * width, (shares) => {
        tape.kernels.activation('exp', rows * width, logs, shares, undefined)
        for (let row = 0; row < rows; row++)
          for (let i = row * width; i < (row + 1) * width; i++) {
            const back = shares[i]! > 0 ? -gradient[row]! * shares[i]! * (logs[i]! + out[row]!) : 0
            to[i] = accumulate ? to[i]! + back : back
          }
      }),
    ),
  )
}
