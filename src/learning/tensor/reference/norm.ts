// Layer norm and RMS norm of the reference kernels.
import type { Kernels } from '../kernels.ts'

/** See `Kernels`. */
export const norms = {
  layerNorm(rows, width, x, gain, bias, epsilon, out, means, inverses) {
    for (let row = 0; row < rows; row++) {
      const from = row * width
      let sum = 0
      for (let i = 0; i < width; i++) sum += x[from + i]!
      const mean = sum / width
      let squares = 0
      for (let i = 0; i < width; i++) squares += (x[from + i]! - mean) ** 2
      const inverse = 1 / Math.sqrt(squares / width + epsilon)
      means[row] = mean
      inverses[row] = inverse
      for (let i = 0; i < width; i++) out[from + i] = (x[from + i]! - mean) * inverse * gain[i]! + bias[i]!
    }
  },

  layerNormBackward(rows, width, { x, gain, means, inverses }, outGradient, gradients, accumulate, accumulateWeights) {
    const toGain = new Float64Array(width)
    const toBias = new Float64Array(width)
    for (let row = 0; row < rows; row++) {
      const from = row * width
      const mean = means[row]!
      const inverse = inverses[row]!
      let sum = 0
      let along = 0
      for (let i = 0; i < width; i++) {
        const normal = (x[from + i]! - mean) * inverse
        const back = outGradient[from + i]! * gain[i]!
        sum += back
        along += back * normal
        toGain[i]! += outGradient[from + i]! * normal
        toBias[i]! += outGradient[from + i]!
      }
      if (gradients.x === undefined) continue
      for (let i = 0; i < width; i++) {
        const normal = (x[from + i]! - mean) * inverse
        const back = inverse * (outGradient[from + i]! * gain[i]! - sum / width - (normal * along) / width)
        gradients.x[from + i] = accumulate ? gradients.x[from + i]! + back : back
      }
    }
    write(toGain, gradients.gain, accumulateWeights)
    write(toBias, gradients.bias, accumulateWeights)
  },

  rmsNorm(rows, width, x, gain, epsilon, out, inverses) {
    for (let row = 0; row < rows; row++) {
      const from = row * width
      let squares = 0
      for (let i = 0; i < width; i++) squares += x[from + i]! ** 2
      const inverse = 1 / Math.sqrt(squares / width + epsilon)
      inverses[row] = inverse
      for (let i = 0; i < width; i++) out[from + i] = x[from + i]! * inverse * gain[i]!
    }
  },

  rmsNormBackward(rows, width, { x, gain, inverses }, outGradient, gradients, accumulate, accumulateWeights) {
    const toGain = new Float64Array(width)
    for (let row = 0; row < rows; row++) {
      const from = row * width
      const inverse = inverses[row]!
      let along = 0
      for (let i = 0; i < width; i++) {
        const normal = x[from + i]! * inverse
        along += outGradient[from + i]! * gain[i]! * normal
        toGain[i]! += outGradient[from + i]! * normal
      }
      if (gradients.x === undefined) continue
      for (let i = 0; i < width; i++) {
        const back = inverse * (outGradient[from + i]! * gain[i]! - (x[from + i]! * inverse * along) / width)
        gradients.x[from + i] = accumulate ? gradients.x[from + i]! + back : back
      }
    }
    write(toGain, gradients.gain, accumulateWeights)
  },
} satisfies Partial<Kernels>

function write(sums: Float64Array, out: Float32Array | undefined, accumulate: boolean): void {
  if (out === undefined) return
  for (let i = 0; i < sums.length; i++) out[i] = accumulate ? out[i]! + sums[i]! : sums[i]!
}
