// A mixed (random-intercept) model of scores in groups, and draws of the next score of each group and of a new one. It knows no tree.
//
//   score i of group j:  y_ij ~ N(α_j, σ_y²),  α_j ~ N(μ, σ_α²)
//   priors:              μ ~ N(m, s_μ²),  σ_α ~ HalfNormal(s_α),  σ_y ~ HalfNormal(s_y)
//
// Given both deviations, μ and all α_j are Gaussian and are integrated out: with n_j scores of mean ȳ_j, V_j = σ_α² + σ_y² / n_j,
// W the squared distances of all scores from their group's mean, N scores and J groups,
//
//   log p(y | σ_α, σ_y) = - (N - J) ln σ_y - W / 2σ_y² - ½ Σ ln V_j - ½ ln P - ½ (Σ d_j² / V_j - (Σ d_j / V_j)² / P) + constant
//   d_j = ȳ_j - m,  P = 1 / s_μ² + Σ 1 / V_j,  μ | y, σ ~ N(m + (Σ d_j / V_j) / P, 1 / P)
//
// so that a sweep of the Gibbs sampler draws σ_α and σ_y in turn, each by slice sampling of its logarithm (Neal, "Slice sampling", 2003, with the
// interval shrunk from the whole range), and hardly depends on the sweep before it. Sweeps allocate nothing.
import type { Random } from '../../random.ts'
import { normal } from '../draws.ts'

/** The priors' parameters. */
export interface MixedPrior {
  /** m: expected score. Default 0.5. */
  readonly mean?: number
  /** s_μ: deviation of the mean of all groups from it, above 0. Default 0.2. */
  readonly meanDeviation?: number
  /** s_α: scale of the deviation among groups, above 0. Default 0.2. */
  readonly between?: number
  /** s_y: scale of the deviation within groups, above 0. Default 0.3. */
  readonly within?: number
}

/** Deviations below this are as good as none: where all scores are equal, the likelihood grows without end towards 0. */
const least = 1e-3
/** The half-normal's mass beyond so many scales is nothing. */
const most = 8
/** Sweeps from the start that are not kept. */
const warmUp = 10

export class MixedModel {
  readonly #mean: number
  readonly #meanPrecision: number
  readonly #between: number
  readonly #within: number
  readonly #sweeps: number
  /** By group: number of scores, and how far their mean is from the expected one. */
  #counts = new Float64Array(16)
  #distances = new Float64Array(16)
  #groups = 0
  /** N - J, and W. */
  #freedom = 0
  #spread = 0
  /** By sweep kept: both deviations, and mean and precision of μ given them. */
  readonly #betweens: Float64Array
  readonly #withins: Float64Array
  readonly #centres: Float64Array
  readonly #precisions: Float64Array
  /** Of the last density: Σ d_j / V_j / P, and P. */
  #centre = 0
  #precision = 0

  /** @param sweeps that are kept, at least 1. */
  constructor({ mean = 0.5, meanDeviation = 0.2, between = 0.2, within = 0.3 }: MixedPrior, sweeps: number) {
    this.#mean = mean
    this.#meanPrecision = 1 / meanDeviation ** 2
    this.#between = between
    this.#within = within
    this.#sweeps = sweeps
    this.#betweens = new Float64Array(sweeps)
    this.#withins = new Float64Array(sweeps)
    this.#centres = new Float64Array(sweeps)
    this.#precisions = new Float64Array(sweeps)
  }

  /** Forgets all groups. */
  clear(): void {
    this.#groups = 0
    this.#freedom = 0
    this.#spread = 0
  }

  /**
   * Adds a group; groups are numbered from 0 in the order in which they are added.
   * @param count of its scores, at least 1. @param mean of them. @param spread sum of their squared distances from it.
   */
  add(count: number, mean: number, spread: number): void {
    if (this.#groups === this.#counts.length) {
      this.#counts = longer(this.#counts)
      this.#distances = longer(this.#distances)
    }
    this.#counts[this.#groups] = count
    this.#distances[this.#groups] = mean - this.#mean
    this.#groups++
    this.#freedom += count - 1
    this.#spread += spread
  }

  /** Runs the sampler over what was added. */
  fit(random: Random): void {
    let between = this.#between / 2
    let within = this.#within / 2
    for (let sweep = -warmUp; sweep < this.#sweeps; sweep++) {
      between = this.#slice(random, between, within, true)
      within = this.#slice(random, between, within, false)
      if (sweep < 0) continue
      this.#density(between, within)
      this.#betweens[sweep] = between
      this.#withins[sweep] = within
      this.#centres[sweep] = this.#centre
      this.#precisions[sweep] = this.#precision
    }
  }

  /** A draw of the next score of a group, or of a new group (-1), from the posterior predictive. `fit` comes before. */
  next(random: Random, group: number): number {
    const sweep = random.below(this.#sweeps)
    const between = this.#betweens[sweep]!
    const within = this.#withins[sweep]!
    // All as distances from the expected score.
    const centre = this.#centres[sweep]! + normal(random) / Math.sqrt(this.#precisions[sweep]!)
    const prior = 1 / between ** 2
    const data = group < 0 ? 0 : this.#counts[group]! / within ** 2
    const precision = prior + data
    const average = group < 0 ? 0 : this.#distances[group]!
    const alpha = (prior * centre + data * average) / precision + normal(random) / Math.sqrt(precision)
    return this.#mean + alpha + within * normal(random)
  }

  /** One deviation anew, given the other. */
  #slice(random: Random, between: number, within: number, changeBetween: boolean): number {
    let low = Math.log(least)
    let high = Math.log(most * (changeBetween ? this.#between : this.#within))
    const current = Math.log(changeBetween ? between : within)
    const level = this.#density(between, within) + current + Math.log(1 - random.unit())
    for (;;) {
      const tried = low + (high - low) * random.unit()
      const value = Math.exp(tried)
      const density = changeBetween ? this.#density(value, within) : this.#density(between, value)
      if (density + tried >= level || high - low < 1e-12) return value
      if (tried < current) low = tried
      else high = tried
    }
  }

  /** Logarithm of the density of both deviations, up to a constant. */
  #density(between: number, within: number): number {
    const counts = this.#counts
    const distances = this.#distances
    const betweenVariance = between * between
    const withinVariance = within * within
    let precision = this.#meanPrecision
    let weighted = 0
    let squares = 0
    let logs = 0
    let product = 1
    for (let group = 0; group < this.#groups; group++) {
      const weight = 1 / (betweenVariance + withinVariance / counts[group]!)
      const distance = distances[group]!
      precision += weight
      weighted += weight * distance
      squares += weight * distance * distance
      product *= weight
      // Logarithms are dear: one for a dozen groups. A weight is at most 10⁶, and at least 10⁻².
      if (group % 12 === 11) {
        logs += Math.log(product)
        product = 1
      }
    }
    this.#centre = weighted / precision
    this.#precision = precision
    const prior = -0.5 * (betweenVariance / (this.#between * this.#between) + withinVariance / (this.#within * this.#within))
    return (
      prior -
      this.#freedom * Math.log(within) -
      (0.5 * this.#spread) / withinVariance +
      0.5 * (logs + Math.log(product) - Math.log(precision) - squares + weighted * this.#centre)
    )
  }
}

function longer(values: Float64Array): Float64Array<ArrayBuffer> {
  const result = new Float64Array(2 * values.length)
  result.set(values)
  return result
}
