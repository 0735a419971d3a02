// Resampling for particle filters, as pure functions on weights. It knows neither particles nor trees.
import type { Random } from '../random.ts'

/**
 * Effective sample size (Kong, Liu and Wong 1994): (Σ w)² / Σ w², between 1 (one weight has all) and their number (all alike).
 * 0 when all weights are 0.
 */
export function effectiveSize(weights: readonly number[]): number {
  let sum = 0
  let squares = 0
  for (const weight of weights) {
    sum += weight
    squares += weight * weight
  }
  return squares === 0 ? 0 : (sum * sum) / squares
}

/**
 * Systematic resampling (Carpenter, Clifford and Fearnhead 1999): the points (offset + i) / count, i = 0 … count - 1, on the cumulated
 * weights. Index j is taken ⌊count · w_j⌋ or ⌈count · w_j⌉ times, for weights that sum to 1.
 *
 * @param weights at least 0, not all 0; they need not sum to 1.
 * @param offset in [0, 1).
 * @returns `count` indices in rising order.
 */
export function systematic(weights: readonly number[], count: number, offset: number): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const chosen: number[] = []
  let cumulated = 0
  for (const [index, weight] of weights.entries()) {
    cumulated += weight
    // A little more than the sum, so that shares like 1/3 + 1/3 + 1/3 reach the point that they should.
    const reached = (cumulated / total) * count * (1 + 1e-12)
    while (weight > 0 && chosen.length < count && offset + chosen.length < reached) chosen.push(index)
  }
  const last = weights.findLastIndex((weight) => weight > 0)
  while (chosen.length < count) chosen.push(last)
  return chosen
}

/** Multinomial resampling (Gordon, Salmond and Smith 1993): `count` independent draws in proportion to the weights. */
export function multinomial(weights: readonly number[], count: number, random: Random): number[] {
  return Array.from({ length: count }, () => random.weighted(weights))
}
