import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pairedBootstrap, pairedRatio, quantile } from './bootstrap.ts'

const rows = (values: readonly number[]) => values.map((value) => [value])

describe('the paired bootstrap', () => {
  it('pairs tasks: 20 of 40 won, none lost', () => {
    const first = rows(Array.from({ length: 40 }, (_, task) => (task < 30 ? 1 : 0)))
    const second = rows(Array.from({ length: 40 }, (_, task) => (task < 10 ? 1 : 0)))
    const { difference, interval, tasks } = pairedBootstrap(first, second)
    expect(tasks).toBe(40)
    expect(difference).toBe(0.5)
    // The resampled mean is binomial(40, 0.5) / 40: its 2.5 % and 97.5 % quantiles are 14/40 and 26/40.
    expect(interval).toEqual([0.35, 0.65])
  })

  it('has an interval of one point where every task differs alike', () => {
    expect(pairedBootstrap(rows([1, 1, 1]), rows([0, 0, 0]))).toEqual({ difference: 1, interval: [1, 1], tasks: 3 })
  })

  it('averages seeds within a task first, and leaves out tasks without results', () => {
    expect(pairedBootstrap([[1, 0], [1], []], [[0, 0, 0], [1], [1]]).difference).toBe(0.25)
    expect(pairedBootstrap([[1, 0], [1], []], [[0], [1], [1]]).tasks).toBe(2)
    const seedsRepeated = pairedBootstrap([Array(100).fill(1), Array(100).fill(0)], [[0], [0]])
    expect(seedsRepeated).toEqual(pairedBootstrap([[1], [0]], [[0], [0]]))
  })

  it('of nothing is nothing', () => {
    expect(pairedBootstrap([], []).difference).toBeNaN()
    expect(() => pairedBootstrap([[1]], [])).toThrow(RangeError)
  })

  it('repeats with its seed, turns its sign with its sides, and holds the difference', () => {
    const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 })), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(pairs, fc.integer(), (sample, seed) => {
        const first = rows(sample.map(([value]) => value))
        const second = rows(sample.map(([, value]) => value))
        const options = { seed, resamples: 500 }
        const forth = pairedBootstrap(first, second, options)
        const back = pairedBootstrap(second, first, options)
        expect(pairedBootstrap(first, second, options)).toEqual(forth)
        expect(back.difference).toBeCloseTo(-forth.difference, 10)
        expect(back.interval[0]).toBeCloseTo(-forth.interval[1], 10)
        expect(forth.interval[0]).toBeLessThanOrEqual(forth.difference + 1e-12)
        expect(forth.interval[1]).toBeGreaterThanOrEqual(forth.difference - 1e-12)
      }),
      { numRuns: 50 },
    )
  })

  it('interpolates quantiles', () => {
    expect(quantile([0, 1, 2, 3], 0.5)).toBe(1.5)
    expect(quantile([5], 0.975)).toBe(5)
  })
})

describe('the ratio of paired sums', () => {
  it('is that of the sums, with an interval of one point where every task has it', () => {
    expect(pairedRatio([10, 20, 30], [5, 10, 15])).toEqual({ ratio: 2, interval: [2, 2], tasks: 3 })
  })
  it('turns round with its sides, up to its resamples', () => {
    const [first, second] = [
      [3, 1, 4, 1, 5, 9],
      [2, 7, 1, 8, 2, 8],
    ] as const
    const [one, other] = [pairedRatio(first, second), pairedRatio(second, first)]
    expect(one.ratio).toBeCloseTo(23 / 28, 12)
    expect(1 / other.ratio).toBeCloseTo(one.ratio, 12)
    expect(1 / other.interval[1]).toBeCloseTo(one.interval[0], 10)
    expect(one.interval[0]).toBeLessThan(one.ratio)
    expect(one.interval[1]).toBeGreaterThan(one.ratio)
  })
  it('of nothing is nothing', () => {
    expect(pairedRatio([], []).ratio).toBeNaN()
    expect(() => pairedRatio([1], [])).toThrow(RangeError)
  })
})
