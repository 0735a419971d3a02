// Sums, products and so on of two tensors. Where shapes differ, axes are matched from the last, and an axis of length 1 is repeated.
import type { Binary } from '../kernels.ts'
import { commonShape } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'
import { broadcast } from './arrange.ts'

/** a + b. */
export const add = binary('add', (tape, gradient, a, b) => {
  tape.into(a, (to, accumulate) => tape.kernels.scaled(to.length, 1, gradient, to, accumulate))
  tape.handOver(gradient, b)
})

/** a − b. */
export const subtract = binary('subtract', (tape, gradient, a, b) => {
  tape.into(b, (to, accumulate) => tape.kernels.scaled(to.length, -1, gradient, to, accumulate))
  tape.handOver(gradient, a)
})

/** a · b, number by number. */
export const multiply = binary('multiply', (tape, gradient, a, b) => {
  tape.into(a, (to, accumulate) => tape.kernels.binary('multiply', to.length, gradient, b.data, to, accumulate))
  tape.into(b, (to, accumulate) => tape.kernels.binary('multiply', to.length, gradient, a.data, to, accumulate))
})

/** a / b. */
export const divide = binary('divide', (tape, gradient, a, b, out) => {
  tape.kernels.binary('divide', gradient.length, gradient, b.data, gradient, false)
  tape.into(a, (to, accumulate) => tape.kernels.scaled(to.length, 1, gradient, to, accumulate))
  tape.kernels.binary('multiply', gradient.length, gradient, out, gradient, false)
  tape.into(b, (to, accumulate) => tape.kernels.scaled(to.length, -1, gradient, to, accumulate))
})

/** The lesser of both; where they are equal, a takes the gradient. */
export const minimum = binary('minimum', (tape, gradient, a, b) => chosenBackward(tape, gradient, a, b, (x, y) => x <= y))

/** The greater of both; where they are equal, a takes the gradient. */
export const maximum = binary('maximum', (tape, gradient, a, b) => chosenBackward(tape, gradient, a, b, (x, y) => x >= y))

/** factor · x + offset. */
export function affine(tape: Tape, x: Tensor, factor: number, offset = 0): Tensor {
  tape.want('affine', [x])
  const out = tape.take(x.data.length)
  if (offset === 0) tape.kernels.scaled(out.length, factor, x.data, out, false)
  else {
    out.fill(offset)
    tape.kernels.scaled(out.length, factor, x.data, out, true)
  }
  return tape.record('affine', [x], x.shape, out, (gradient) =>
    tape.into(x, (to, accumulate) => tape.kernels.scaled(to.length, factor, gradient, to, accumulate)),
  )
}

/** x within [low, high]; where it was outside, its gradient is 0. */
export function clamp(tape: Tape, x: Tensor, low: number, high: number): Tensor {
  tape.want('clamp', [x])
  const out = tape.take(x.data.length)
  for (let i = 0; i < out.length; i++) out[i] = Math.min(Math.max(x.data[i]!, low), high)
  return tape.record('clamp', [x], x.shape, out, (gradient) => {
    for (let i = 0; i < out.length; i++) if (!(x.data[i]! >= low && x.data[i]! <= high)) gradient[i] = 0
    tape.handOver(gradient, x)
  })
}

type Backward = (tape: Tape, gradient: Float32Array, a: Tensor, b: Tensor, out: Float32Array) => void

/** @param backward may change the gradient. */
function binary(kind: Binary, backward: Backward): (tape: Tape, a: Tensor, b: Tensor) => Tensor {
  return (tape, a, b) => {
    tape.want(kind, [a, b])
    const shape = commonShape(kind, a.shape, b.shape)
    const [x, y] = [broadcast(tape, a, shape), broadcast(tape, b, shape)]
    const out = tape.take(x.data.length)
    tape.kernels.binary(kind, out.length, x.data, y.data, out, false)
    return tape.record(kind, [x, y], shape, out, (gradient) => backward(tape, gradient, x, y, out))
  }
}

function chosenBackward(tape: Tape, gradient: Float32Array, a: Tensor, b: Tensor, first: (x: number, y: number) => boolean): void {
  tape.into(a, (to, accumulate) => choose(to, accumulate, true))
  tape.into(b, (to, accumulate) => choose(to, accumulate, false))

  function choose(to: Float32Array, accumulate: boolean, wanted: boolean): void {
    for (let i = 0; i < to.length; i++) {
      const back = first(a.data[i]!, b.data[i]!) === wanted ? gradient[i]! : 0
      to[i] = accumulate ? to[i]! + back : back
    }
  }
}
