// Softmax and its logarithm over the last axis.
import { rowsOf } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/** exp(x) / Σ exp(x) over the last axis. */
export function softmax(tape: Tape, x: Tensor): Tensor {
  return normalised(tape, 'softmax', x, false)
}

/** x − log Σ exp(x) over the last axis. */
export function logSoftmax(tape: Tape, x: Tensor): Tensor {
  return normalised(tape, 'logSoftmax', x, true)
}

function normalised(tape: Tape, operation: string, x: Tensor, log: boolean): Tensor {
  tape.want(operation, [x])
  const { rows, width } = rowsOf(operation, x.shape)
  const out = tape.take(x.data.length)
  tape.kernels.softmax(rows, width, x.data, out, log)
  return tape.record(operation, [x], x.shape, out, (gradient) =>
    tape.into(x, (to, accumulate) => tape.kernels.softmaxBackward(rows, width, out, gradient, to, log, accumulate)),
  )
}
