// log σ(x), there and back without overflow: what every loss of a choice between two is made of.
import type { Tape } from '../tensor/tape.ts'
import type { Tensor } from '../tensor/tensor.ts'

/**
 * log(1 / (1 + exp(−x))) of each number; for very negative x it is x itself. Gradient σ(−x).
 *
 * @example
 * affine(tape, logSigmoid(tape, margin), -1) // the loss of Bradley and Terry
 */
export function logSigmoid(tape: Tape, x: Tensor): Tensor {
  tape.want('logSigmoid', [x])
  const out = tape.take(x.data.length)
  for (let i = 0; i < out.length; i++) out[i] = Math.min(x.data[i]!, 0) - Math.log1p(Math.exp(-Math.abs(x.data[i]!)))
  return tape.record('logSigmoid', [x], x.shape, out, (gradient) =>
    tape.into(x, (to, accumulate) => {
      for (let i = 0; i < out.length; i++) {
        const back = gradient[i]! / (1 + Math.exp(x.data[i]!))
        to[i] = accumulate ? to[i]! + back : back
      }
    }),
  )
}
