// The contract of an objective: how rows become examples, and what is made small. It knows no optimizer and no order.
import type { TrainingRow } from '../data/rows.ts'
import type { Heads } from '../files/net-file.ts'
import type { CausalNet, CausalShape } from '../nets/causal-net.ts'
import type { Kernels } from '../tensor/kernels.ts'
import type { Tape } from '../tensor/tape.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Encoder } from './examples.ts'

export interface Objective<Example> {
  /** Takes rows of some kinds. @throws BanyanError E_TRAIN_ROW naming the field, also for a row of another kind. */
  encode(row: TrainingRow, encoder: Encoder): Example
  /** An example from outside. @throws BanyanError E_TRAIN_ROW naming the field that does not fit the net. */
  check(example: Example, shape: CausalShape): void
  /** Tokens of each sequence that the net reads for it. */
  lengths(example: Example): readonly number[]
  /** Its part in the mean over a batch. */
  weight(example: Example): number
  /** Before training: the net has its first weights, and takes up those of a checkpoint later. */
  open(net: CausalNet, context: OpenContext): OpenObjective<Example>
}

export interface OpenContext {
  readonly kernels: Kernels
  /** For a new head. */
  readonly seed: number
  /** Those that came with the net. */
  readonly heads: Heads
}

export interface OpenObjective<Example> {
  /** Trained with the net. */
  readonly heads: Heads
  /** Called with examples before training, once with each; what the net says of them then can be kept by their identity. The tape needs no gradients. */
  prepare?(tape: Tape, examples: readonly Example[]): void
  /** Σ weight · loss / divisor over some examples of a batch, as a single number, and means over these examples worth telling. */
  loss(tape: Tape, examples: readonly Example[], divisor: number): ObjectiveLoss
}

export interface ObjectiveLoss {
  readonly loss: Tensor
  readonly telemetry: Readonly<Record<string, number>>
}
