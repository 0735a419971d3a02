import { describe, expect, it } from 'vitest'
import { Random } from '../../random.ts'
import { posteriorOf } from './posterior.ts'
import { Sums } from './sums.ts'

const draws = 40_000

function sumsOf(...scores: readonly number[]): Sums {
  const sums = new Sums()
  for (const score of scores) sums.add(0, score)
  return sums
}

/** The part of the draws below a point. */
function shareBelow(point: number, draw: (random: Random) => number): number {
  const random = new Random(5, 'posterior')
  let below = 0
  for (let i = 0; i < draws; i++) if (draw(random) < point) below++
  return below / draws
}

describe('the Gaussian posterior', () => {
  const posterior = posteriorOf('test', {})

  it('is the prior without scores: t of one degree, scaled by √0.1', () => {
    // Half of a Cauchy distribution lies within one scale of its middle.
    const draw = (random: Random) => posterior.draw(random, new Sums(), 0)
    expect(shareBelow(0, draw)).toBeCloseTo(0.5, 2)
    expect(shareBelow(Math.sqrt(0.1), draw)).toBeCloseTo(0.75, 2)
    expect(shareBelow(0.7, (random) => posterior.draw(random, new Sums(), 3, 0.7))).toBeCloseTo(0.5, 2)
  })

  it('follows the scores 0.4 and 0.6', () => {
    // κ = 3, ν = 3, m = 2 · 0.5 / 3, ν τ² = 0.1 + 0.02 + 2 · 0.25 / 3 = 0.28667: t of three degrees, scaled by √(0.28667 / 3 / 3).
    const draw = (random: Random) => posterior.draw(random, sumsOf(0.4, 0.6), 0)
    const scale = Math.sqrt(0.2866667 / 9)
    expect(shareBelow(1 / 3, draw)).toBeCloseTo(0.5, 2)
    expect(shareBelow(1 / 3 + 0.764892 * scale, draw)).toBeCloseTo(0.75, 2)
    expect(shareBelow(1 / 3 - 2.353363 * scale, draw)).toBeCloseTo(0.05, 2)
  })
})

describe('the beta posterior', () => {
  it('counts scores as parts of successes', () => {
    // (0.5 + 1.5, 0.5 + 0.5) = (2, 1): below x lies x².
    const posterior = posteriorOf('test', { posterior: 'beta' })
    expect(shareBelow(0.5, (random) => posterior.draw(random, sumsOf(0.5, 1), 0))).toBeCloseTo(0.25, 2)
    // An expected mean e is (e, 1 - e); with 0.9 and 0.1 expected and a score of 0.1: (1, 1).
    expect(shareBelow(0.3, (random) => posterior.draw(random, sumsOf(0.1), 0, 0.9))).toBeCloseTo(0.3, 2)
  })

  it('takes scores in [0, 1] alone', () => {
    const { check } = posteriorOf('test', { posterior: 'beta' })
    check(1)
    expect(() => check(1.5)).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SCORE' }))
  })
})

it('refuses priors that are none, or of the other posterior', () => {
  for (const options of [{ prior: { variance: 0 } }, { prior: { a: 1 } }, { posterior: 'beta', prior: { b: -1 } }] as const)
    expect(() => posteriorOf('test', options)).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
})
