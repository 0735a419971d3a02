// Layer norm and RMS norm over the last axis.
import { rowsOf, wantShape } from '../shape.ts'
import type { Tape } from '../tape.ts'
import type { Tensor } from '../tensor.ts'

/** Options of the norms. */
export interface NormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number
}

/**
 * (x − mean) / √(variance + ε) · gain + bias over the last axis (arXiv:1607.06450, eq. 4).
 * @throws BanyanError E_TENSOR_SHAPE unless gain and bias have the length of that axis.
 */
export function layerNorm(tape: Tape, x: Tensor, gain: Tensor, bias: Tensor, { epsilon = 1e-5 }: NormOptions = {}): Tensor {
  tape.want('layerNorm', [x, gain, bias])
  const { rows, width } = rowsOf('layerNorm', x.shape)
  wantShape('layerNorm', 'the gain', gain.shape, [width])
  wantShape('layerNorm', 'the bias', bias.shape, [width])
  const [out, means, inverses] = [tape.take(x.data.length), tape.take(rows), tape.take(rows)]
  tape.kernels.layerNorm(rows, width, x.data, gain.data, bias.data, epsilon, out, means, inverses)
  return tape.record('layerNorm', [x, gain, bias], x.shape, out, (gradient) => {
    const toX = tape.target(x)
    const toWeights = tape.target(gain, bias)
    const forward = { x: x.data, gain: gain.data, means, inverses }
    const gradients = { x: toX.arrays[0], gain: toWeights.arrays[0], bias: toWeights.arrays[1] }
    tape.kernels.layerNormBackward(rows, width, forward, gradient, gradients, toX.accumulate, toWeights.accumulate)
  })
}

/**
 * x / √(mean of squares + ε) · gain over the last axis (arXiv:1910.07467, eq. 4).
 * @throws BanyanError E_TENSOR_SHAPE unless the gain has the length of that axis.
 */
export function rmsNorm(tape: Tape, x: Tensor, gain: Tensor, { epsilon = 1e-5 }: NormOptions = {}): Tensor {
  tape.want('rmsNorm', [x, gain])
  const { rows, width } = rowsOf('rmsNorm', x.shape)
  wantShape('rmsNorm', 'the gain', gain.shape, [width])
  const [out, inverses] = [tape.take(x.data.length), tape.take(rows)]
  tape.kernels.rmsNorm(rows, width, x.data, gain.data, epsilon, out, inverses)
  return tape.record('rmsNorm', [x, gain], x.shape, out, (gradient) => {
    const toX = tape.target(x)
    const toGain = tape.target(gain)
    const gradients = { x: toX.arrays[0], gain: toGain.arrays[0] }
    tape.kernels.rmsNormBackward(
      rows,
      width,
      { x: x.data, gain: gain.data, inverses },
      gradient,
      gradients,
      toX.accumulate,
      toGain.accumulate,
    )
  })
}
