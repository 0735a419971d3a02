// Rotary position embedding (arXiv:2104.09864, eq. 34), as in Llama nets.
import type { RotaryShape } from '../kernels.ts'
import { shapeError } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/** Options of `rotary`. */
export interface RotaryOptions {
  readonly heads: number
  /** The base of the wave lengths. Default 10000. */
  readonly base?: number
  /** Which numbers of a head turn together: i and i + size/2, or 2i and 2i + 1. Default `halves`. */
  readonly pairs?: RotaryShape['pairs']
}

/**
 * Turns the pairs of each head of x [..., heads · size] by the angles of its row's position.
 *
 * @param positions one for each row.
 * @throws BanyanError E_TENSOR_SHAPE when the heads or the positions do not fit, or a head has an odd size.
 */
export function rotary(tape: Tape, x: Tensor, positions: ArrayLike<number>, options: RotaryOptions): Tensor {
  tape.want('rotary', [x])
  const { heads, base = 10000, pairs = 'halves' } = options
  const width = x.shape.at(-1) ?? 0
  const size = width / heads
  if (!(Number.isInteger(size / 2) && size > 0))
    throw shapeError('rotary', 'the heads do not fit', { width, heads }, 'heads of an even size')
  const rows = x.data.length / width
  if (positions.length !== rows) throw shapeError('rotary', 'the positions do not fit', positions.length, `${rows}, one for each row`)
  const angles = tape.take(rows * size)
  rotaryAngles(positions, size, base, angles)
  const out = tape.take(x.data.length)
  const shape = { rows, heads, size, pairs, inverse: false }
  tape.kernels.rotary(shape, x.data, angles, out, false)
  return tape.record('rotary', [x], x.shape, out, (gradient) =>
    tape.into(x, (to, accumulate) => tape.kernels.rotary({ ...shape, inverse: true }, gradient, angles, to, accumulate)),
  )
}

/** Fills `angles` [positions, size] as the rotary kernel wants it: cosines of the size/2 angles of a position, then their sines. */
export function rotaryAngles(positions: ArrayLike<number>, size: number, base: number, angles: Float32Array): void {
  const half = size / 2
  for (let i = 0; i < half; i++) {
    const frequency = base ** (-i / half)
    for (let row = 0; row < positions.length; row++) {
      const angle = positions[row]! * frequency
      angles[row * size + i] = Math.cos(angle)
      angles[row * size + half + i] = Math.sin(angle)
    }
  }
}
