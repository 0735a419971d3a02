// Sums, means and maxima, over one axis or over all.
import { axisOf, type Shape, sizeOf, stridesOf } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/** The sum over an axis, which goes away; without an axis over all, as a single number []. */
export function sum(tape: Tape, x: Tensor, axis?: number): Tensor {
  return summed(tape, 'sum', x, axis, () => 1)
}

/** The mean over an axis, which goes away; without an axis over all, as a single number []. */
export function mean(tape: Tape, x: Tensor, axis?: number): Tensor {
  return summed(tape, 'mean', x, axis, (length) => 1 / length)
}

/** The greatest along an axis, which goes away. The gradient goes to the first of the greatest; NaN counts as greatest. */
export function max(tape: Tape, x: Tensor, axis: number): Tensor {
  tape.want('max', [x])
  const { outer, length, inner, shape } = around('max', x.shape, axis)
  const out = tape.take(outer * inner)
  const places = new Int32Array(outer * inner)
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) {
      let best = o * length * inner + i
      for (let k = 1; k < length; k++) {
        const at = (o * length + k) * inner + i
        if (!(x.data[at]! <= x.data[best]!) && !Number.isNaN(x.data[best])) best = at
      }
      places[o * inner + i] = best
      out[o * inner + i] = x.data[best]!
    }
  return tape.record('max', [x], shape, out, (gradient) =>
    tape.into(x, (to, accumulate) => {
      if (!accumulate) to.fill(0)
      for (let i = 0; i < places.length; i++) to[places[i]!]! += gradient[i]!
    }),
  )
}

function summed(tape: Tape, operation: string, x: Tensor, axis: number | undefined, scaleOf: (length: number) => number): Tensor {
  tape.want(operation, [x])
  const { outer, length, inner, shape } =
    axis === undefined ? { outer: 1, length: x.data.length, inner: 1, shape: [] } : around(operation, x.shape, axis)
  const scale = scaleOf(length)
  const out = tape.take(outer * inner)
  tape.kernels.sum(outer, length, inner, scale, x.data, out, false)
  return tape.record(operation, [x], shape, out, (gradient) =>
    tape.into(x, (to, accumulate) => {
      const view = [outer, length, inner]
      const copy = { shape: view, fromOffset: 0, fromStrides: [inner, 0, 1], toOffset: 0, toStrides: stridesOf(view), scale, accumulate }
      tape.kernels.copy(copy, gradient, to)
    }),
  )
}

/** What is before and after an axis, and the shape without it. */
function around(operation: string, shape: Shape, axis: number): { outer: number; length: number; inner: number; shape: Shape } {
  const at = axisOf(operation, shape, axis)
  return { outer: sizeOf(shape.slice(0, at)), length: shape[at]!, inner: sizeOf(shape.slice(at + 1)), shape: shape.toSpliced(at, 1) }
}
