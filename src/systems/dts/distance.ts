// How far weighted samples are from a distribution: the maximum mean discrepancy (Gretton et al. 2012, JMLR 13, eq. 2).

/** Points of two numbers, one after another, with weights that sum to 1. */
export interface Weighted {
  readonly points: Float64Array
  readonly weights: Float64Array
}

/** The kernel: the mean of Gaussians of these widths, in the unit of the points. */
const widths = [0.25, 0.5, 1, 2]

/**
 * MMD = √(E k(x, x') - 2 E k(x, y) + E k(y, y')), all pairs counted, against given samples of the target. Keeps what depends on these alone.
 *
 * @example
 * const distance = distanceTo(drawTilted(target, 2000, random))
 * distance({ points, weights }) // 0 for the samples themselves with equal weights
 */
export function distanceTo(samples: Float64Array): (found: Weighted) => number {
  const count = samples.length / 2
  const target = { points: samples, weights: new Float64Array(count).fill(1 / count) }
  const own = ownLikeness(target)
  return (found) => Math.sqrt(Math.max(0, ownLikeness(found) - 2 * likeness(found, target) + own))
}

/** The mean of the kernel over pairs of one and the other. */
function likeness(a: Weighted, b: Weighted): number {
  let sum = 0
  for (let i = 0; i < a.weights.length; i++) sum += a.weights[i]! * nearness(a, i, b, b.weights.length)
  return sum / widths.length
}

/** The same of samples with themselves: each pair is looked at once. */
function ownLikeness(a: Weighted): number {
  let sum = 0
  for (let i = 0; i < a.weights.length; i++) sum += a.weights[i]! * (2 * nearness(a, i, a, i) + widths.length * a.weights[i]!)
  return sum / widths.length
}

/** Of a sample to the first ones of others, by their weights. */
function nearness(a: Weighted, i: number, { points, weights }: Weighted, first: number): number {
  const [x, y] = [a.points[2 * i]!, a.points[2 * i + 1]!]
  let sum = 0
  for (let j = 0; j < first; j++) {
    const squared = (x - points[2 * j]!) ** 2 + (y - points[2 * j + 1]!) ** 2
    // exp(-d² / 2w²) of widths that double are powers of one another.
    const widest = Math.exp(-squared / 8)
    const half = fourth(widest)
    const quarter = fourth(half)
    sum += weights[j]! * (widest + half + quarter + fourth(quarter))
  }
  return sum
}

/** Much faster than the operator. */
function fourth(value: number): number {
  const squared = value * value
  return squared * squared
}

/** The weighted mean of samples that come more than once, each kept once. */
export function merged(points: readonly (readonly number[])[], weights: readonly number[]): Weighted {
  const byPoint = new Map<string, { point: readonly number[]; weight: number }>()
  for (const [at, point] of points.entries()) {
    const key = point.join(' ')
    const known = byPoint.get(key)
    if (known === undefined) byPoint.set(key, { point, weight: weights[at]! })
    else known.weight += weights[at]!
  }
  const all = [...byPoint.values()]
  const total = all.reduce((sum, { weight }) => sum + weight, 0)
  return {
    points: Float64Array.from(all.flatMap(({ point }) => point)),
    weights: Float64Array.from(all, ({ weight }) => weight / total),
  }
}
