// The mixed model of AB-MCTS-M: scores in groups, each group around a mean of its own (a random intercept). It knows no tree.
import type { Random } from '../../random.ts'
import { normal } from '../draws.ts'

/** The model's prior, in the unit of the scores. */
export interface MixedPrior {
  /** Mean expected of groups. Default 0.5. */
  readonly mean?: number
  /** Standard deviation of that expectation, above 0. Default 0.2. */
  readonly meanDeviation?: number
  /** Scale of the deviation between groups, above 0. Default 0.2. */
  readonly groupDeviation?: number
  /** Scale of the deviation within groups, above 0. Default 0.3. */
  readonly scoreDeviation?: number
}

/** Sweeps that come before the first that is drawn from. */
const warmUp = 20
/** No deviation is below this: scores that are all equal would otherwise have no posterior. */
const least = 1e-3
const mostTries = 60

/**
 * Scores y of group j, with n_j of them, mean ȳ_j and S_j = Σ (y − ȳ_j)²:
 *
 *   y ~ N(α_j, σ_y²),  α_j ~ N(μ, σ_α²),  μ ~ N(m, s²),  σ_α ~ HalfNormal(s_α),  σ_y ~ HalfNormal(s_y)
 *
 * A sweep draws σ_α given σ_y and then σ_y given σ_α by slice sampling (Neal 2003) of their logarithms, with μ and all α integrated out:
 * with v_j = σ_α² + σ_y² / n_j, w = 1 / s² + Σ 1 / v_j and d_j = ȳ_j − m,
 *
 *   ln p(y | σ) = − ½ Σ [ln v_j + (n_j − 1) ln σ_y² + S_j / σ_y² + d_j² / v_j] − ½ ln w + ½ (Σ d_j / v_j)² / w
 *
 * and μ ~ N(m + (Σ d_j / v_j) / w, 1 / w), and then α_j, are drawn exactly. (Plain Gibbs steps between σ_α and the α hardly move when there
 * are few groups.) Sweeps use sufficient statistics alone and allocate nothing.
 */
export class MixedModel {
  readonly #mean: number
  readonly #meanVariance: number
  readonly #groupDeviation: number
  readonly #scoreDeviation: number
  readonly #sweeps: number
  #counts = new Float64Array(16)
  #distances = new Float64Array(16)
  #drawn = new Float64Array(17)
  #when = new Int32Array(17)
  #groups = 0
  /** Sums over groups: of scores beyond the first of each, and of S_j. */
  #within = 0
  #spread = 0
  /** Of the last likelihood: Σ d_j / v_j and w. */
  #pull = 0
  #weight = 0

  /** @param sweeps how many sweeps are drawn from. */
  constructor({ mean = 0.5, meanDeviation = 0.2, groupDeviation = 0.2, scoreDeviation = 0.3 }: MixedPrior, sweeps: number) {
    this.#mean = mean
    this.#meanVariance = meanDeviation ** 2
    this.#groupDeviation = groupDeviation
    this.#scoreDeviation = scoreDeviation
    this.#sweeps = sweeps
  }

  /** Forgets all groups. */
  clear(): void {
    this.#groups = 0
    this.#within = 0
    this.#spread = 0
  }

  /** Adds a group by its number of scores, their sum, and their S_j; of no scores, one that is not known yet. Returns its place. */
  add(count: number, sum: number, spread: number): number {
    if (this.#groups === this.#counts.length) this.#grow()
    this.#counts[this.#groups] = count
    this.#distances[this.#groups] = count === 0 ? 0 : sum / count - this.#mean
    if (count > 0) {
      this.#within += count - 1
      this.#spread += spread
    }
    return this.#groups++
  }

  /**
   * Draws the next score of each group, and last that of a new group, from the posterior. Each is drawn from a sweep of its own, so that the
   * draws are independent, as those of TreeQuest are. The result is overwritten by the next call.
   */
  draw(random: Random): Float64Array {
    const groups = this.#groups
    let last = 0
    for (let group = 0; group <= groups; group++) {
      this.#when[group] = warmUp + random.below(this.#sweeps)
      last = Math.max(last, this.#when[group]!)
    }
    let between = Math.log(0.7 * this.#groupDeviation)
    let within = Math.log(0.7 * this.#scoreDeviation)
    for (let sweep = 0; sweep <= last; sweep++) {
      between = this.#slice(random, between, within, true)
      within = this.#slice(random, within, between, false)
      if (sweep >= warmUp) this.#predict(random, sweep, Math.exp(between), Math.exp(within))
    }
    return this.#drawn
  }

  /** Draws the scores that are to come from this sweep. */
  #predict(random: Random, sweep: number, between: number, within: number): void {
    let summed = false
    for (let group = 0; group <= this.#groups; group++) {
      if (this.#when[group] !== sweep) continue
      if (!summed) this.#sum(between * between, within * within)
      summed = true
      const center = this.#pull / this.#weight + normal(random) / Math.sqrt(this.#weight)
      const count = group === this.#groups ? 0 : this.#counts[group]!
      const precision = 1 / (between * between) + count / (within * within)
      const distance = count === 0 ? 0 : this.#distances[group]!
      const own = (center / (between * between) + (count * distance) / (within * within)) / precision
      this.#drawn[group] = this.#mean + own + normal(random) / Math.sqrt(precision) + within * normal(random)
    }
  }

  /** One slice-sampling step of the logarithm of a deviation; the density of it is log-concave. */
  #slice(random: Random, from: number, other: number, between: boolean): number {
    const height = this.#logDensity(from, other, between) + Math.log(1 - random.unit())
    const bottom = Math.log(least)
    let low = from - random.unit()
    let high = low + 1
    while (low > bottom && this.#logDensity(low, other, between) > height) low -= 1
    while (this.#logDensity(high, other, between) > height) high += 1
    low = Math.max(low, bottom)
    for (let tries = 0; tries < mostTries; tries++) {
      const at = low + random.unit() * (high - low)
      if (this.#logDensity(at, other, between) >= height) return at
      if (at < from) low = at
      else high = at
    }
    return from
  }

  /** Logarithm of the density of ln σ, given the logarithm of the other σ, up to a constant. */
  #logDensity(at: number, other: number, between: boolean): number {
    const groupVariance = Math.exp(2 * (between ? at : other))
    const scoreVariance = Math.exp(2 * (between ? other : at))
    const logs = this.#sum(groupVariance, scoreVariance)
    const scale = between ? this.#groupDeviation : this.#scoreDeviation
    const prior = at - Math.exp(2 * at) / (2 * scale * scale)
    const own = between ? 0 : this.#within * 2 * at + this.#spread / scoreVariance
    return prior - 0.5 * (logs + own + Math.log(this.#weight) - (this.#pull * this.#pull) / this.#weight)
  }

  /** Σ ln v_j + d_j² / v_j; keeps Σ d_j / v_j and w. */
  #sum(groupVariance: number, scoreVariance: number): number {
    let total = 0
    let product = 1
    this.#pull = 0
    this.#weight = 1 / this.#meanVariance
    for (let group = 0; group < this.#groups; group++) {
      const count = this.#counts[group]!
      if (count === 0) continue
      const variance = groupVariance + scoreVariance / count
      const scaled = this.#distances[group]! / variance
      product *= variance
      if (product < 1e-200 || product > 1e200) {
        total += Math.log(product)
        product = 1
      }
      total += this.#distances[group]! * scaled
      this.#pull += scaled
      this.#weight += 1 / variance
    }
    return total + Math.log(product)
  }

  #grow(): void {
    const length = 2 * this.#counts.length
    const [counts, distances] = [this.#counts, this.#distances]
    this.#counts = new Float64Array(length)
    this.#counts.set(counts)
    this.#distances = new Float64Array(length)
    this.#distances.set(distances)
    this.#drawn = new Float64Array(length + 1)
    this.#when = new Int32Array(length + 1)
  }
}
