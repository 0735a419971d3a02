// What an optimizer needs of the reference kernels.
import type { Kernels } from '../kernels.ts'

/** See `Kernels`. */
export const training = {
  sumOfSquares(count, x) {
    let sum = 0
    for (let i = 0; i < count; i++) sum += x[i]! * x[i]!
    return sum
  },

  firstNonFinite(count, x) {
    for (let i = 0; i < count; i++) if (!Number.isFinite(x[i])) return i
    return -1
  },

  adam({ rate, beta1, beta2, epsilon, decay, correction1, correction2, gradientScale }, weights, gradient, first, second) {
    for (let i = 0; i < weights.length; i++) {
      const g = gradientScale * gradient[i]!
      first[i] = beta1 * first[i]! + (1 - beta1) * g
      second[i] = beta2 * second[i]! + (1 - beta2) * g * g
      const step = (first[i]! * correction1) / (Math.sqrt(second[i]! * correction2) + epsilon)
      weights[i] = weights[i]! - rate * (step + decay * weights[i]!)
    }
  },
} satisfies Partial<Kernels>
