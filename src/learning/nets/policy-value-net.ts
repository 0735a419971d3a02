// One trunk with two heads: a policy over tokens and a value of each place.
import type { Tape } from '../tensor/tape.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import type { CausalNet } from './causal-net.ts'
import type { ScalarHead } from './scalar-head.ts'

/** A policy and a value on one trunk. */
export interface PolicyValueNet {
  /** The trunk with its policy head; decodes as any other net. */
  readonly net: CausalNet
  readonly head: ScalarHead
  /** Of both. */
  readonly parameters: readonly Parameter[]
  /** [batch, length] tokens → hidden states [batch · length, width], for `net.logits` or `logProbsOf`, and values [batch · length]. */
  forward(tape: Tape, tokens: Int32Array, batch: number): { readonly hidden: Tensor; readonly values: Tensor }
}

/**
 * A net and a value head that are trained together.
 *
 * @example
 * const both = policyValueNet(net, valueHead({ width: net.shape.width }, { seed: 1 }))
 * const optimizer = adam({ kernels, parameters: both.parameters })
 */
export function policyValueNet(net: CausalNet, head: ScalarHead): PolicyValueNet {
  return {
    net,
    head,
    parameters: [...net.parameters, ...head.parameters],
    forward(tape, tokens, batch) {
      const hidden = net.hidden(tape, tokens, batch)
      return { hidden, values: head.values(tape, hidden) }
    },
  }
}
