// The contract of an objective: how rows become examples, and what is made small. It knows no optimizer and no order.
import type { TrainingRow } from '../data/rows.ts'
import type { CausalNet, CausalShape } from '../nets/causal-net.ts'
import type { Kernels } from '../tensor/kernels.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Parameter, Tensor } from '../tensor/tensor.ts'
import type { Encoder } from './examples.ts'

export interface Objective<Example> {
  /** The one kind of row that it learns from, checked; undefined for a row of another kind. @throws BanyanError E_TRAIN_ROW naming the field. */
  encode(row: TrainingRow, encoder: Encoder): Example
  /** An example from outside. @throws BanyanError E_TRAIN_ROW naming the field that does not fit the net. */
  check(example: Example, shape: CausalShape): void
  /** Tokens that the net reads for it. */
  tokens(example: Example): number
  /** Its part in the mean over a batch. */
  weight(example: Example): number
  /** Before training: the net has its first weights, and takes up those of a checkpoint later. */
  open(net: CausalNet, context: OpenContext): OpenObjective<Example>
}

export interface OpenContext {
  readonly kernels: Kernels
  /** For a new head. */
  readonly seed: number
}

export interface OpenObjective<Example> {
  /** Trained beside the net's own: a head. */
  readonly parameters: readonly Parameter[]
  /**
   * Called with all examples before training: what a reference policy says of them is kept by their identity.
   */
  prepare?(examples: readonly Example[]): void
  /** Σ weight · loss / divisor over some examples of a batch, as a single number, and means over these examples worth telling. */
  loss(tape: Tape, examples: readonly Example[], divisor: number): ObjectiveLoss
}

export interface ObjectiveLoss {
  readonly loss: Tensor
  readonly telemetry: Readonly<Record<string, number>>
}
