// The angles by which queries and keys are turned at each position, computed once for a net. It knows no layers.
import type { Kernels, RotaryShape } from '../../tensor/kernels.ts'
import { rotaryAngles } from '../../tensor/operations/rotary.ts'
import type { Tape } from '../../tensor/tape.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/** The angles of the rows of a call: [rows, size], cosines then sines. */
export interface Angles {
  /** Fills `out` with the angles of `rows` positions. */
  at(kernels: Kernels, positions: Int32Array, rows: number, out: Float32Array): void
}

/** @param size numbers of a head. @param base of the wave lengths. */
export function angles(size: number, base: number): Angles {
  let table = new Float32Array(0)
  return {
    at(kernels, positions, rows, out) {
      let highest = 0
      for (let row = 0; row < rows; row++) highest = Math.max(highest, positions[row]!)
      if ((highest + 1) * size > table.length) {
        const length = Math.max(highest + 1, (2 * table.length) / size)
        table = new Float32Array(length * size)
        rotaryAngles(
          Array.from({ length }, (_, position) => position),
          size,
          base,
          table,
        )
      }
      kernels.gatherRows(size, table, positions.subarray(0, rows), undefined, out)
    },
  }
}

/** Turns the pairs of each head of x [rows, heads · size] by the angles of its row (arXiv:2104.09864, eq. 34). */
export function turned(tape: Tape, x: Tensor, turning: Float32Array, heads: number, size: number, pairs: RotaryShape['pairs']): Tensor {
  const out = tape.take(x.data.length)
  const shape = { rows: x.data.length / (heads * size), heads, size, pairs, inverse: false }
  tape.kernels.rotary(shape, x.data, turning, out, false)
  return tape.record('turned', [x], x.shape, out, (gradient) =>
    tape.into(x, (to, accumulate) => tape.kernels.rotary({ ...shape, inverse: true }, gradient, turning, to, accumulate)),
  )
}
