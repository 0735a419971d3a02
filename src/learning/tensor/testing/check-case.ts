// Compares an operation's result and gradients with what they should be: the result with the reference kernels in double precision, the
// gradients with central differences of that.
import { Random } from '../../../core/random.ts'
import type { Kernels } from '../kernels.ts'
import { multiply } from '../operations/arithmetic.ts'
import { sum } from '../operations/reduce.ts'
import { referenceKernels } from '../reference/reference.ts'
import { Tape } from '../tape.ts'
import { constant, parameter, type Tensor } from '../tensor.ts'
import { numbersOf, type OperationCase } from './cases.ts'

/** What one case gives: the result, and the gradient of each parameter of a sum of the result with fixed random weights. */
export interface Computed {
  readonly result: Float64Array
  readonly gradients: readonly Float64Array[]
}

const step = 1e-5

/** A case computed with some kernels. */
export function computeCase(kernels: Kernels, operationCase: OperationCase, precision: 'single' | 'double' = 'single'): Computed {
  const numbers = numbersOf(operationCase).map((array) => (precision === 'single' ? array : doubles(array)))
  const tape = new Tape({ kernels, precision })
  const parameters = numbers.map((data, at) => parameter(String(at), operationCase.shapes[at]!, { data }))
  const result = operationCase.compute(tape, parameters)
  tape.backward(weighted(tape, result))
  return {
    result: Float64Array.from(result.data),
    gradients: parameters.map(({ data, gradient }) => Float64Array.from(gradient ?? new Float32Array(data.length))),
  }
}

/** The case's result in double precision, and its gradients by central differences. */
export function expectedOf(operationCase: OperationCase): Computed {
  const numbers = numbersOf(operationCase).map(doubles)
  const evaluate = (): { total: number; result: Tensor } => {
    const tape = new Tape({ kernels: referenceKernels, gradients: false, precision: 'double' })
    const tensors = numbers.map((data, at) => constant(operationCase.shapes[at]!, data))
    const result = operationCase.compute(tape, tensors)
    return { total: weighted(tape, result).data[0]!, result }
  }
  const result = Float64Array.from(evaluate().result.data)
  const gradients = numbers.map((array) =>
    Float64Array.from(array, (value, i) => {
      array[i] = value + step
      const above = evaluate().total
      array[i] = value - step
      const below = evaluate().total
      array[i] = value
      return (above - below) / (2 * step)
    }),
  )
  return { result, gradients }
}

/** The largest difference, in parts of the larger of 1 and the largest number expected. */
export function errorOf(seen: ArrayLike<number>, expected: ArrayLike<number>): number {
  let scale = 1
  let worst = seen.length === expected.length ? 0 : Number.POSITIVE_INFINITY
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!))
    const difference = Math.abs(seen[i]! - expected[i]!)
    if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference
  }
  return worst / scale
}

/** Σ result · fixed random numbers. */
function weighted(tape: Tape, result: Tensor): Tensor {
  const random = new Random(3, result.data.length)
  const weights = doubles(Float32Array.from(result.data, () => random.unit() - 0.4))
  const data = result.data instanceof Float64Array ? weights : Float32Array.from(weights)
  return sum(tape, multiply(tape, result, constant(result.shape, data)))
}

/** Float64Arrays pass for Float32Arrays on a tape of double precision. */
function doubles(numbers: Float32Array): Float32Array {
  return Float64Array.from(numbers) as unknown as Float32Array
}
