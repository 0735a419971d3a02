// The paired percentile bootstrap: how sure the difference of two arms on the same tasks is. It knows numbers only.
import { Random } from '../core/random.ts'

export interface BootstrapOptions {
  /** How many resamples. Default 10,000. */
  readonly resamples?: number
  /** Of the interval, in (0, 1). Default 0.95. */
  readonly confidence?: number
  /** The same seed gives the same interval. Default 1. */
  readonly seed?: number
}

export interface Difference {
  /** Mean over tasks of first minus second. NaN without tasks. */
  readonly difference: number
  readonly interval: [number, number]
  /** How many tasks were paired. */
  readonly tasks: number
}

/**
 * Difference of the means of two paired samples, with its percentile interval over resampled tasks
 * (B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).
 *
 * Each row is a task and holds the results of its seeds; they are averaged within the task first, so that seeds of one task
 * do not count as tasks. Rows where either side is empty are left out.
 *
 * @throws `RangeError` when the two have not the same number of rows.
 *
 * @example
 * pairedBootstrap([[1], [1], [0]], [[0], [1], [0]]) // difference 0.333…
 */
export function pairedBootstrap(
  first: readonly (readonly number[])[],
  second: readonly (readonly number[])[],
  options: BootstrapOptions = {},
): Difference {
  if (first.length !== second.length) throw new RangeError(`${first.length} tasks are paired with ${second.length}; wanted as many`)
  const { resamples = 10_000, confidence = 0.95, seed = 1 } = options
  const differences: number[] = []
  for (const [index, row] of first.entries()) {
    const other = second[index] as readonly number[]
    if (row.length > 0 && other.length > 0) differences.push(mean(row) - mean(other))
  }
  const tasks = differences.length
  if (tasks === 0) return { difference: Number.NaN, interval: [Number.NaN, Number.NaN], tasks }

  const random = new Random(seed, 'paired-bootstrap')
  const means = new Float64Array(resamples)
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0
    for (let draw = 0; draw < tasks; draw++) sum += differences[random.below(tasks)] as number
    means[resample] = sum / tasks
  }
  means.sort()
  const tail = (1 - confidence) / 2
  return { difference: mean(differences), interval: [quantile(means, tail), quantile(means, 1 - tail)], tasks }
}

export interface Ratio {
  /** Sum of the first over sum of the second. NaN without tasks. */
  readonly ratio: number
  readonly interval: [number, number]
  readonly tasks: number
}

/**
 * Ratio of the sums of two paired samples, with its percentile interval over resampled tasks (as {@link pairedBootstrap}).
 * Resamples in which the second sum is 0 count as ∞.
 *
 * @throws `RangeError` when the two are not of the same length.
 *
 * @example
 * pairedRatio([10, 20, 30], [5, 10, 15]).ratio // 2
 */
export function pairedRatio(first: readonly number[], second: readonly number[], options: BootstrapOptions = {}): Ratio {
  if (first.length !== second.length) throw new RangeError(`${first.length} tasks are paired with ${second.length}; wanted as many`)
  const { resamples = 10_000, confidence = 0.95, seed = 1 } = options
  const tasks = first.length
  if (tasks === 0) return { ratio: Number.NaN, interval: [Number.NaN, Number.NaN], tasks }
  const random = new Random(seed, 'paired-ratio')
  const ratios = new Float64Array(resamples)
  for (let resample = 0; resample < resamples; resample++) {
    let [above, below] = [0, 0]
    for (let draw = 0; draw < tasks; draw++) {
      const task = random.below(tasks)
      above += first[task]!
      below += second[task]!
    }
    ratios[resample] = above / below
  }
  ratios.sort()
  const tail = (1 - confidence) / 2
  const [above, below] = [first, second].map((values) => values.reduce((sum, value) => sum + value, 0)) as [number, number]
  return { ratio: above / below, interval: [quantile(ratios, tail), quantile(ratios, 1 - tail)], tasks }
}

/** Quantile of sorted values, linear between the two nearest. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? below
  return below + (above - below) * (place - Math.floor(place))
}

function mean(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}
