// Functions of each number, and the gated SiLU of Llama nets.
import type { Activation } from '../kernels.ts'
import { wantShape } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/** GELU in its tanh form, as in GPT-2 (arXiv:1606.08415, section 2). */
export const gelu = unary('gelu')
/** x · sigmoid(x). */
export const silu = unary('silu')
/** x where it is above 0, else 0. */
export const relu = unary('relu')
/** The hyperbolic tangent. */
export const tanh = unary('tanh')
/** 1 / (1 + e^−x). */
export const sigmoid = unary('sigmoid')
/** e to the power of x. */
export const exp = unary('exp')
/** The natural logarithm. */
export const log = unary('log')
/** The square root. */
export const sqrt = unary('sqrt')
/** x². */
export const square = unary('square')
/** |x|; its gradient at 0 is 0. */
export const absolute = unary('absolute')

/** silu(a) · b (arXiv:2002.05202, section 2). @throws BanyanError E_TENSOR_SHAPE unless both have one shape. */
export function gatedSilu(tape: Tape, a: Tensor, b: Tensor): Tensor {
  tape.want('gatedSilu', [a, b])
  wantShape('gatedSilu', 'b', b.shape, a.shape)
  const out = tape.take(a.data.length)
  tape.kernels.gatedSilu(out.length, a.data, b.data, out)
  return tape.record('gatedSilu', [a, b], a.shape, out, (gradient) => {
    const { arrays, accumulate } = tape.target(a, b)
    tape.during(out.length, (nowhere) =>
      tape.kernels.gatedSiluBackward(out.length, a.data, b.data, gradient, arrays[0] ?? nowhere, arrays[1] ?? nowhere, accumulate),
    )
  })
}

function unary(kind: Activation): (tape: Tape, x: Tensor) => Tensor {
  return (tape, x) => {
    tape.want(kind, [x])
    const out = tape.take(x.data.length)
    const slope = tape.wants([x]) ? tape.take(out.length) : undefined
    tape.kernels.activation(kind, out.length, x.data, out, slope)
    return tape.record(kind, [x], x.shape, out, (gradient) =>
      tape.into(x, (to, accumulate) => tape.kernels.binary('multiply', out.length, gradient, slope!, to, accumulate)),
    )
  }
}
