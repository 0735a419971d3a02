// The contract of a surrogate: what is made small at each token so that the policy gets better. One of the pieces of a policy loss.
import type { Tape } from '../tensor/tape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { PolicyBatch } from './policy-batch.ts'

/** Losses of tokens out of advantages and log-probabilities: REINFORCE's, clipped ratios, importance weights. */
export type Surrogate = (tape: Tape, batch: PolicyBatch) => SurrogateLosses

/** What a surrogate gives. */
export interface SurrogateLosses {
  /** [tokens] */
  readonly losses: Tensor
  /** [tokens]: how much more probable tokens are than when they were sampled, as this surrogate reckons it. */
  readonly ratios: ArrayLike<number>
  /** [tokens]: 1 where a clip or mask took the token's gradient away. */
  readonly cut: Uint8Array
}
