// Student's t interval of a mean: how sure the mean of a few paired differences is. With five seeds it covers 95 % where a percentile bootstrap
// covers about 84 %. It knows numbers only.

/** Two-sided 95 % quantiles of Student's distribution by degrees of freedom, from 1. */
const quantiles = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098,
  2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
] as const

export interface MeanInterval {
  readonly mean: number
  /** At 95 %. With fewer than two values, from −∞ to ∞. */
  readonly interval: readonly [number, number]
  readonly count: number
}

/**
 * Mean and its 95 % interval: mean ± t · s / √n ("Student", "The probable error of a mean", Biometrika 6, 1908).
 *
 * @param values e.g. one paired difference for each seed. None: NaN.
 *
 * @example
 * tInterval([0.1, 0.2, 0.3]) // { mean: 0.2, interval: [-0.048…, 0.448…], count: 3 }
 */
export function tInterval(values: readonly number[]): MeanInterval {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  if (count < 2) return { mean, interval: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], count }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
  const spread = quantile(count - 1) * Math.sqrt(variance / count)
  return { mean, interval: [mean - spread, mean + spread], count }
}

/** Beyond the table: the expansion about the normal quantile (Cornish and Fisher 1938), right to 4 digits from 30 on. */
function quantile(freedom: number): number {
  const known = quantiles[freedom - 1]
  if (known !== undefined) return known
  const z = 1.959963984540054
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
}
