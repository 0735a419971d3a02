// Draws against moments and quantiles that are known.
import { describe, expect, it } from 'vitest'
import { Random } from '../random.ts'
import { beta, chiSquared, gamma, normal } from './draws.ts'

const count = 40_000

function drawn(draw: (random: Random) => number): Float64Array {
  const random = new Random(11, 'draws')
  return Float64Array.from({ length: count }, () => draw(random)).sort()
}

function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count }
}

/** The part of the draws below a point, which is known to be `share` in truth: four standard errors of room. */
function expectShareBelow(values: Float64Array, point: number, share: number): void {
  const below = values.findIndex((value) => value >= point)
  expect(Math.abs((below < 0 ? count : below) / count - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count))
}

describe('draws', () => {
  it('draws a normal', () => {
    const values = drawn(normal)
    const { mean, variance } = moments(values)
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.abs(variance - 1)).toBeLessThan(0.03)
    for (const [point, share] of [
      [-1.959964, 0.025],
      [-0.67449, 0.25],
      [0, 0.5],
      [1.281552, 0.9],
    ] as const)
      expectShareBelow(values, point, share)
  })

  it.each([0.3, 1, 2.5, 40])('draws a gamma of shape %d', (shape) => {
    const { mean, variance } = moments(drawn((random) => gamma(random, shape)))
    expect(Math.abs(mean / shape - 1)).toBeLessThan(0.04 / Math.min(1, Math.sqrt(shape)))
    expect(Math.abs(variance / shape - 1)).toBeLessThan(0.1 / Math.min(1, Math.sqrt(shape)))
  })

  it('draws χ² whose quantiles are those of the tables', () => {
    for (const [degrees, point, share] of [
      [1, 3.841459, 0.95],
      [1, 0.454936, 0.5],
      [4, 9.487729, 0.95],
      [4, 0.710723, 0.05],
      [10, 9.341818, 0.5],
    ] as const)
      expectShareBelow(
        drawn((random) => chiSquared(random, degrees)),
        point,
        share,
      )
  })

  it('draws a beta', () => {
    // Of (2, 3): mean 2/5, variance 1/25, below one half: 11/16. Of (1/2, 1/2): the arcsine law, 2/π · asin √x. Of (1, 1): uniform.
    const values = drawn((random) => beta(random, 2, 3))
    const { mean, variance } = moments(values)
    expect(mean).toBeCloseTo(0.4, 2)
    expect(variance).toBeCloseTo(0.04, 2)
    expectShareBelow(values, 0.5, 11 / 16)
    const arcsine = drawn((random) => beta(random, 0.5, 0.5))
    expectShareBelow(arcsine, 0.25, 1 / 3)
    expectShareBelow(arcsine, 0.75, 2 / 3)
    expectShareBelow(
      drawn((random) => beta(random, 1, 1)),
      0.2,
      0.2,
    )
  })

  it('draws numbers between 0 and 1 from a beta of any shape', () => {
    const random = new Random(3)
    for (const shape of [1e-4, 1e-2, 1, 1e4])
      for (let i = 0; i < 200; i++) {
        const value = beta(random, shape, shape)
        expect(value >= 0 && value <= 1).toBe(true)
      }
  })
})
