// A loss computed in double precision with its gradients, for hand-computed cases. For tests.
import { referenceKernels } from '../../tensor/reference/reference.ts'
import { Tape } from '../../tensor/tape.ts'
import { parameter, type Tensor } from '../../tensor/tensor.ts'
import type { Loss } from '../loss.ts'

export interface Evaluated {
  readonly loss: number
  /** Of each input. */
  readonly gradients: readonly (readonly number[])[]
  readonly telemetry: Readonly<Record<string, number>>
}

/** @param inputs rows of numbers; those that are a matrix come as lists of rows. */
export function evaluated(
  inputs: readonly (readonly number[] | readonly (readonly number[])[])[],
  compute: (tape: Tape, ...inputs: Tensor[]) => Loss,
): Evaluated {
  const tape = new Tape({ kernels: referenceKernels, precision: 'double' })
  const parameters = inputs.map((input, at) => {
    const first = input[0]
    const shape = typeof first === 'number' || first === undefined ? [input.length] : [input.length, first.length]
    return parameter(String(at), shape, { data: Float64Array.from(input.flat()) as unknown as Float32Array })
  })
  const { loss, telemetry } = compute(tape, ...parameters)
  const value = loss.data[0]!
  tape.backward(loss)
  return { loss: value, telemetry, gradients: parameters.map(({ data, gradient }) => [...(gradient ?? new Float32Array(data.length))]) }
}
