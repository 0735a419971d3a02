// The mixed model's sampler against its posterior by quadrature, and against what can be computed by hand.
import { describe, expect, it } from 'vitest'
import { Random } from '../../random.ts'
import { MixedModel } from './mixed-model.ts'

type Groups = readonly (readonly number[])[]

function fitted(groups: Groups, sweeps = 4000): { model: MixedModel; random: Random } {
  const model = new MixedModel({}, sweeps)
  for (const scores of groups) model.add(scores.length, mean(scores), spread(scores))
  const random = new Random(2, 'mixed')
  model.fit(random)
  return { model, random }
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
}

function spread(values: ArrayLike<number>): number {
  const middle = mean(values)
  return Array.from(values).reduce((sum, value) => sum + (value - middle) ** 2, 0)
}

function next({ model, random }: ReturnType<typeof fitted>, group: number): Float64Array {
  return Float64Array.from({ length: 40_000 }, () => model.next(random, group))
}

/** Mean and variance of the next score of a group (-1: a new one), summed over a grid of both deviations with the joint Gaussian of the scores written out. */
function byQuadrature(groups: Groups, group: number): { mean: number; variance: number } {
  const all = groups.flat()
  const of = groups.flatMap((scores, at) => scores.map(() => at))
  const steps = 60
  let total = 0
  let first = 0
  let second = 0
  for (let a = 0; a < steps; a++)
    for (let y = 0; y < steps; y++) {
      const [between, within] = [((a + 0.5) / steps) * 0.8, ((y + 0.5) / steps) * 1.2]
      // Scores of one group share μ and α, those of two groups μ alone.
      const covariance = (i: number, j: number) => 0.04 + (i === j ? between ** 2 : 0)
      const matrix = all.map((_, i) => all.map((_, j) => covariance(of[i]!, of[j]!) + (i === j ? within ** 2 : 0)))
      const cross = all.map((_, i) => covariance(of[i]!, group))
      const { solved: weights, logDeterminant } = solve(
        matrix,
        all.map((score) => score - 0.5),
      )
      const { solved: shares } = solve(matrix, cross)
      const square = all.reduce((sum, score, i) => sum + (score - 0.5) * weights[i]!, 0)
      const weight = Math.exp(-0.5 * (logDeterminant + square) - 0.5 * ((between / 0.2) ** 2 + (within / 0.3) ** 2))
      const middle = 0.5 + cross.reduce((sum, value, i) => sum + value * weights[i]!, 0)
      const variance = 0.04 + between ** 2 + within ** 2 - cross.reduce((sum, value, i) => sum + value * shares[i]!, 0)
      total += weight
      first += weight * middle
      second += weight * (variance + middle ** 2)
    }
  return { mean: first / total, variance: second / total - (first / total) ** 2 }
}

/** Gauss, without pivots: the matrix is positive definite. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): { solved: number[]; logDeterminant: number } {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  let logDeterminant = 0
  for (const [i, pivot] of rows.entries()) {
    logDeterminant += Math.log(pivot[i]!)
    for (let j = 0; j < rows.length; j++) {
      if (j === i) continue
      const factor = rows[j]![i]! / pivot[i]!
      for (let k = i; k <= rows.length; k++) rows[j]![k]! -= factor * pivot[k]!
    }
  }
  return { solved: rows.map((row, i) => row[rows.length]! / row[i]!), logDeterminant }
}

describe('the mixed model', () => {
  it('draws from the prior where nothing was seen: mean 0.5, variance 0.2² + 0.2² + 0.3²', () => {
    const values = next(fitted([]), -1)
    expect(mean(values)).toBeCloseTo(0.5, 1)
    expect(Math.abs(spread(values) / values.length - 0.17)).toBeLessThan(0.01)
  })

  it.each([
    { groups: [[0.4], [0.9]] },
    {
      groups: [
        [0.1, 0.2, 0.15],
        [0.8, 0.7, 0.75, 0.9],
      ],
    },
    { groups: [[0.3, 0.9], [0.5], [0.2, 0.6, 0.4]] },
  ])('has the posterior that quadrature gives: $groups', ({ groups }) => {
    const sampled = fitted(groups)
    for (let group = -1; group < groups.length; group++) {
      const values = next(sampled, group)
      const expected = byQuadrature(groups, group)
      expect(Math.abs(mean(values) - expected.mean)).toBeLessThan(0.01)
      expect(Math.abs(Math.sqrt(spread(values) / values.length) - Math.sqrt(expected.variance))).toBeLessThan(0.015)
    }
  })

  it('outlives scores that are all the same', () => {
    const sampled = fitted([
      [1, 1, 1, 1],
      [0, 0, 0],
    ])
    const [ones, zeros] = [next(sampled, 0), next(sampled, 1)]
    expect(mean(ones)).toBeCloseTo(1, 1)
    expect(mean(zeros)).toBeCloseTo(0, 1)
    expect([...ones].every(Number.isFinite)).toBe(true)
  })

  it('can be used again', () => {
    const { model, random } = fitted([[0.9, 0.8, 0.85]])
    model.clear()
    for (let group = 0; group < 40; group++) model.add(2, 0.1, 0.02)
    model.fit(random)
    expect(mean(next({ model, random }, 17))).toBeCloseTo(0.1, 1)
  })
})
