// The contract of a term: what is added to a policy loss at each token. One of the pieces of a policy loss.
import { affine, multiply } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Tensor } from '../tensor/tensor.ts'
import { wantLength } from './loss.ts'
import type { PolicyBatch } from './policy-batch.ts'

/** Keeps close to a policy, keeps entropy up. */
export type Term = (tape: Tape, batch: PolicyBatch) => TermLosses

/** What a term gives. */
export interface TermLosses {
  /** [tokens], weighted already. */
  readonly losses: Tensor
  /** Under which its mean is told. */
  readonly name: string
  /** [tokens]: what is told the mean of. */
  readonly values: ArrayLike<number>
}

/** x · weight, one for all or [tokens]. */
export function weighted(tape: Tape, x: Tensor, weight: number | Float32Array): Tensor {
  if (typeof weight === 'number') return affine(tape, x, weight)
  wantLength('a term', 'weight', weight.length, x.data.length)
  return multiply(tape, x, constant(x.shape, weight))
}
