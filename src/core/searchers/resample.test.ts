// Resampling against cases computed by hand, and what it must keep for any weights.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../random.ts'
import { effectiveSize, multinomial, systematic } from './resample.ts'

const anyWeights = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 })
  .filter((list) => Math.max(...list) > 1e-6)

describe('effective sample size', () => {
  it('is (Σ w)² / Σ w²: 1, 1, 2 → 16 / 6', () => expect(effectiveSize([1, 1, 2])).toBeCloseTo(16 / 6, 12))
  it('is their number when all are alike, and 1 when one has all', () => {
    expect(effectiveSize([3, 3, 3, 3])).toBe(4)
    expect(effectiveSize([0, 5, 0])).toBe(1)
    expect(effectiveSize([0, 0])).toBe(0)
  })
  it('lies between 1 and their number', () => {
    fc.assert(
      fc.property(anyWeights, (weights) => {
        expect(effectiveSize(weights)).toBeGreaterThanOrEqual(1 - 1e-9)
        expect(effectiveSize(weights)).toBeLessThanOrEqual(weights.length + 1e-9)
      }),
    )
  })
})

describe('systematic resampling', () => {
  it('weights 0.1, 0.5, 0.4, four points from 0.5 on: 0.125 and 0.375 and 0.625 and 0.875 → 1, 1, 2, 2', () =>
    expect(systematic([0.1, 0.5, 0.4], 4, 0.5)).toEqual([1, 1, 2, 2]))
  it('from 0 on, the first index is taken: 0, 0.25, 0.5, 0.75 → 0, 1, 1, 2', () =>
    expect(systematic([0.1, 0.5, 0.4], 4, 0)).toEqual([0, 1, 1, 2]))
  it('gives shares of the samples exactly as often as they were drawn', () =>
    expect(systematic([1 / 3, 1 / 3, 1 / 3], 3, 0.999999)).toEqual([0, 1, 2]))
  it('takes each index as often as its weight says, rounded down or up', () => {
    fc.assert(
      fc.property(anyWeights, fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (weights, count, offset) => {
        const chosen = systematic(weights, count, offset)
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        expect(chosen).toHaveLength(count)
        for (const [index, weight] of weights.entries()) {
          const times = chosen.filter((one) => one === index).length
          expect(Math.abs(times - (count * weight) / total)).toBeLessThan(1 + 1e-6)
        }
      }),
    )
  })
})

it('multinomial resampling draws in proportion, and never what has no weight', () => {
  const chosen = multinomial([1, 0, 3], 8000, new Random(3))
  expect(chosen.filter((index) => index === 0).length / 8000).toBeCloseTo(0.25, 1)
  expect(chosen).not.toContain(1)
})
