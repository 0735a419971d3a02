// The value of a state, read off the hidden state of its last token.
import type { ParameterSource } from './parameters.ts'
import { type ScalarHead, scalarHead } from './scalar-head.ts'

/** Shape of a value head. */
export interface ValueHeadConfig {
  /** Of the hidden states: `net.shape.width`. */
  readonly width: number
  /** `sigmoid`: a probability in (0, 1); `tanh`: from (−1, 1). Default `sigmoid`. */
  readonly bound?: 'sigmoid' | 'tanh'
  /** Numbers of a layer between; 0: none. Default 0. */
  readonly between?: number
}

/**
 * A value head; its parameters are named `value.…`. Trains with regression of `values`, or with a binary loss on `logits`.
 *
 * @throws BanyanError E_NET_CONFIG or E_NET_PARAMETER when sizes or parameters do not fit.
 * @example
 * const head = valueHead({ width: net.shape.width, bound: 'tanh' }, { seed: 1 })
 * const values = head.values(tape, net.hidden(tape, tokens, batch))
 */
export function valueHead({ width, bound = 'sigmoid', between = 0 }: ValueHeadConfig, source: ParameterSource): ScalarHead {
  return scalarHead('value', { width, bound, between }, source)
}
