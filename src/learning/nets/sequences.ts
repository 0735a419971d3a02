// What nets and decoders check of the tokens that they are given.
import { BanyanError } from '../../core/errors.ts'
import type { CausalShape } from './causal-net.ts'

/**
 * The length of the sequences in a batch [batch, length].
 * @throws BanyanError E_NET_TOKENS when they are none, not equally long, longer than the context, or a token is outside of the vocabulary.
 */
export function wantSequences(net: string, shape: CausalShape, tokens: Int32Array, batch: number): number {
  const length = tokens.length / batch
  if (!(Number.isInteger(length) && length >= 1 && Number.isInteger(batch) && batch >= 1))
    throw new BanyanError('E_NET_TOKENS', `${net}: the tokens are no batch of sequences`, {
      seen: { tokens: tokens.length, batch },
      wanted: 'batch · length tokens, with whole numbers from 1',
    })
  wantLength(net, shape, length)
  for (let i = 0; i < tokens.length; i++) wantToken(net, shape, tokens[i]!, i)
  return length
}

/** @throws BanyanError E_NET_CONTEXT for a sequence that is longer than the context. */
export function wantLength(net: string, shape: CausalShape, length: number): void {
  if (length > shape.context)
    throw new BanyanError('E_NET_CONTEXT', `${net}: a sequence is longer than the context`, {
      seen: length,
      wanted: `at most ${shape.context} tokens`,
    })
}

/** @throws BanyanError E_NET_TOKENS for a token outside of the vocabulary. */
export function wantToken(net: string, shape: CausalShape, token: number, place: number): void {
  if (!(Number.isInteger(token) && token >= 0 && token < shape.vocabulary))
    throw new BanyanError('E_NET_TOKENS', `${net}: the token at place ${place} is outside of the vocabulary`, {
      seen: token,
      wanted: `whole numbers from 0 to ${shape.vocabulary - 1}`,
    })
}
