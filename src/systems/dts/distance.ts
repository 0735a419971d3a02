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
  const own = likeness(target, target)
  return (found) => Math.sqrt(Math.max(0, likeness(found, found) - 2 * likeness(found, target) + own))
}

function likeness(a: Weighted, b: Weighted): number {
  let sum = 0
  for (let i = 0; i < a.weights.length; i++) {
    const [x, y] = [a.points[2 * i]!, a.points[2 * i + 1]!]
    let row = 0
    for (let j = 0; j < b.weights.length; j++) {
      const squared = (x - b.points[2 * j]!) ** 2 + (y - b.points[2 * j + 1]!) ** 2
      // exp(-d² / 2w²) of widths that double are powers of one another.
      const widest = Math.exp(-squared / 8)
      const w1 = widest ** 4
      const w2 = w1 ** 4
      row += b.weights[j]! * (widest + w1 + w2 + w2 ** 4)
    }
    sum += a.weights[i]! * row
  }
  return sum / widths.length
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
