// Posteriors of an unknown mean, for Thompson sampling: Gaussian scores with unknown variance, and scores in [0, 1] by a beta.
import type { Json } from '../../common.ts'
import { BanyanError } from '../../errors.ts'
import type { Random } from '../../random.ts'
import { beta, chiSquared, normal } from '../draws.ts'
import { checkSettings, outOfRange } from '../settings.ts'
import type { Sums } from './sums.ts'

/** Prior of a Gaussian mean and variance (normal, inverse χ²). */
export interface GaussianPrior {
  /** m: the mean expected of scores. Default 0. */
  readonly mean?: number
  /** κ: how many scores that expectation weighs, above 0. Default 1. */
  readonly weight?: number
  /** ν: degrees of freedom, how many scores the expected variance weighs, above 0. Default 1. */
  readonly degrees?: number
  /** τ²: the variance expected of scores, above 0. Default 0.1. */
  readonly variance?: number
}

/** Prior of a mean in [0, 1]. */
export interface BetaPrior {
  /** Above 0. Default 0.5, with `b` Jeffreys' prior. */
  readonly a?: number
  /** Above 0. Default 0.5. */
  readonly b?: number
}

/** How scores tell what a draw may be worth. */
export interface PosteriorOptions {
  /** What scores are taken to be: `gaussian`, any numbers; `beta`, parts of a success, in [0, 1]. Default `gaussian`. */
  readonly posterior?: 'gaussian' | 'beta'
  readonly prior?: GaussianPrior | BetaPrior
}

/** Draws means in the light of scores. */
export interface Posterior {
  readonly settings: Readonly<Record<string, Json>>
  /**
   * One draw of the mean behind the scores that `sums` holds at a place; of the prior where there are none.
   * @param expected the prior's mean, where it is another than the prior says.
   */
  draw(random: Random, sums: Sums, at: number, expected?: number): number
  /** @throws `E_SEARCHER_SCORE` for a score that cannot be of this kind. */
  check(score: number): void
}

/**
 * The posterior that the options name.
 *
 * Gaussian (Murphy, "Probabilistic Machine Learning: Advanced Topics", 3.4.3.3), with n scores of mean x̄ and S = Σ (x − x̄)²:
 *
 *   κₙ = κ + n,  νₙ = ν + n,  mₙ = (κ m + n x̄) / κₙ,  νₙ τₙ² = ν τ² + S + n κ (m − x̄)² / κₙ
 *   σ² ~ νₙ τₙ² / χ²(νₙ),  μ ~ N(mₙ, σ² / κₙ)
 *
 * Beta: μ ~ Beta(a + Σ x, b + Σ (1 − x)); an expected mean e stands for a = e and b = 1 − e.
 *
 * @throws `E_SEARCHER_SETTING`
 */
export function posteriorOf(searcher: string, { posterior = 'gaussian', prior = {} }: PosteriorOptions): Posterior {
  const names = posterior === 'gaussian' ? ['mean', 'weight', 'degrees', 'variance'] : ['a', 'b']
  checkSettings(`${searcher}'s prior`, prior, Object.fromEntries(names.map((name) => [name, 'number'])))
  for (const [name, value] of Object.entries(prior))
    if (name !== 'mean' && value <= 0) throw outOfRange(`${searcher}'s prior`, name, value, 'a number above 0')
  return posterior === 'gaussian' ? gaussian(prior as GaussianPrior) : betas(prior as BetaPrior)
}

function gaussian({ mean = 0, weight = 1, degrees = 1, variance = 0.1 }: GaussianPrior): Posterior {
  return {
    settings: { posterior: 'gaussian', prior: { mean, weight, degrees, variance } },
    draw(random, sums, at, expected = mean) {
      const count = sums.counted(at)
      const average = count === 0 ? 0 : sums.sum[at]! / count
      const weights = weight + count
      const scaled = degrees * variance + sums.spread(at) + (count * weight * (expected - average) ** 2) / weights
      const deviation = Math.sqrt(scaled / chiSquared(random, degrees + count) / weights)
      return (weight * expected + count * average) / weights + deviation * normal(random)
    },
    check() {},
  }
}

function betas({ a = 0.5, b = 0.5 }: BetaPrior): Posterior {
  return {
    settings: { posterior: 'beta', prior: { a, b } },
    draw(random, sums, at, expected) {
      const count = sums.counted(at)
      const sum = count === 0 ? 0 : sums.sum[at]!
      return beta(random, (expected ?? a) + sum, (expected === undefined ? b : 1 - expected) + count - sum)
    },
    check(score) {
      if (score >= 0 && score <= 1) return
      throw new BanyanError('E_SEARCHER_SCORE', 'a score cannot be part of a beta posterior', {
        seen: score,
        wanted: 'scores in [0, 1]',
        hint: "Take `posterior: 'gaussian'`, or an evaluator with the range [0, 1].",
        fatal: true,
      })
    },
  }
}
