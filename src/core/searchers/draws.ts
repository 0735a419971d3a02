// Draws from the usual continuous distributions, each from a stream of uniform numbers. Nothing is kept between two draws, so that a stream's
// place is all there is to know. It knows no searcher.
import type { Random } from '../random.ts'

/** Standard normal: √(-2 ln u) · cos 2πv (Box and Muller, 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit())
}

/**
 * Gamma of scale 1 (Marsaglia and Tsang, "A simple method for generating gamma variables", 2000).
 * @param shape above 0. The mean and the variance.
 */
export function gamma(random: Random, shape: number): number {
  return shape >= 1 ? gammaFromOne(random, shape) : Math.exp(logGamma(random, shape))
}

/** χ² of so many degrees of freedom, above 0: twice a gamma of half as many. */
export function chiSquared(random: Random, degrees: number): number {
  return 2 * gamma(random, degrees / 2)
}

/** Beta: x / (x + y) of two gammas, taken by their logarithms, since gammas of small shapes are smaller than any number. */
export function beta(random: Random, a: number, b: number): number {
  const x = logGamma(random, a)
  const y = logGamma(random, b)
  return 1 / (1 + Math.exp(y - x))
}

/** Logarithm of a gamma. Below shape 1: of one of shape + 1, times u^(1 / shape). */
function logGamma(random: Random, shape: number): number {
  if (shape >= 1) return Math.log(gammaFromOne(random, shape))
  return Math.log(gammaFromOne(random, shape + 1)) + Math.log(1 - random.unit()) / shape
}

/** Gamma of a shape of at least 1. Takes a bit more than one try in the mean. */
function gammaFromOne(random: Random, shape: number): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const root = 1 + c * x
    if (root <= 0) continue
    const v = root * root * root
    if (Math.log(1 - random.unit()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
