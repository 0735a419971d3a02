// Softmax, its logarithm, and cross-entropy of the reference kernels.
import type { Kernels } from '../kernels.ts'

/** See `Kernels`. */
export const softmaxes = {
  softmax(rows, width, x, out, log) {
    for (let row = 0; row < rows; row++) {
      const { highest, total } = spread(x, row * width, width)
      for (let i = row * width; i < (row + 1) * width; i++)
        out[i] = log ? x[i]! - highest - Math.log(total) : Math.exp(x[i]! - highest) / total
    }
  },

  softmaxBackward(rows, width, out, outGradient, gradient, log, accumulate) {
    for (let row = 0; row < rows; row++) {
      let sum = 0
      for (let i = row * width; i < (row + 1) * width; i++) sum += log ? outGradient[i]! : outGradient[i]! * out[i]!
      for (let i = row * width; i < (row + 1) * width; i++) {
        const back = log ? outGradient[i]! - Math.exp(out[i]!) * sum : out[i]! * (outGradient[i]! - sum)
        gradient[i] = accumulate ? gradient[i]! + back : back
      }
    }
  },

  crossEntropy(rows, classes, logits, targets, weights, losses, gradient) {
    for (let row = 0; row < rows; row++) {
      const from = row * classes
      const weight = weights[row]!
      losses[row] = 0
      if (weight === 0) {
        gradient?.fill(0, from, from + classes)
        continue
      }
      const { highest, total } = spread(logits, from, classes)
      const logTotal = highest + Math.log(total)
      const soft = targets instanceof Int32Array ? undefined : targets
      let loss = 0
      let mass = 1
      if (soft === undefined) loss = logTotal - logits[from + targets[row]!]!
      else {
        mass = 0
        for (let i = 0; i < classes; i++) {
          mass += soft[from + i]!
          loss += soft[from + i]! * (logTotal - logits[from + i]!)
        }
      }
      losses[row] = weight * loss
      if (gradient === undefined) continue
      for (let i = 0; i < classes; i++) {
        const target = soft === undefined ? Number(i === targets[row]) : soft[from + i]!
        gradient[from + i] = weight * (mass * Math.exp(logits[from + i]! - logTotal) - target)
      }
    }
  },
} satisfies Partial<Kernels>

/** The highest of a row, and Σ exp(x − highest). */
function spread(x: Float32Array, from: number, width: number): { highest: number; total: number } {
  let highest = Number.NEGATIVE_INFINITY
  for (let i = from; i < from + width; i++) if (x[i]! > highest || Number.isNaN(x[i])) highest = x[i]!
  let total = 0
  for (let i = from; i < from + width; i++) total += Math.exp(x[i]! - highest)
  return { highest, total }
}
