import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tInterval } from './t-interval.ts'

describe('the t interval', () => {
  it('of 0.1, 0.2, 0.3 is 0.2 ± 4.3027 · 0.1 / √3', () => {
    const { mean, interval } = tInterval([0.1, 0.2, 0.3])
    expect(mean).toBeCloseTo(0.2, 12)
    expect(interval[0]).toBeCloseTo(0.2 - (4.3027 * 0.1) / Math.sqrt(3), 6)
    expect(interval[1]).toBeCloseTo(0.2 + (4.3027 * 0.1) / Math.sqrt(3), 6)
  })
  it('knows no more than the mean of one value, and nothing of none', () => {
    expect(tInterval([2])).toEqual({ mean: 2, interval: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], count: 1 })
    expect(tInterval([]).mean).toBeNaN()
  })
  it.each([
    [31, 2.0395],
    [41, 2.0195],
    [121, 1.9798],
  ])('has the quantile of %i values from the tables', (count, quantile) => {
    const values = Array.from({ length: count }, (_, at) => (at % 2 === 0 ? 1 : -1))
    const { mean, interval } = tInterval(values)
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)
    expect((interval[1] - mean) / Math.sqrt(variance / count)).toBeCloseTo(quantile, 1)
  })
  it('moves and grows with its values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 12 }),
        fc.double({ min: -5, max: 5, noNaN: true }),
        (values, by) => {
          const [one, other] = [tInterval(values), tInterval(values.map((value) => 2 * value + by))]
          expect(other.mean).toBeCloseTo(2 * one.mean + by, 8)
          expect(other.interval[1] - other.interval[0]).toBeCloseTo(2 * (one.interval[1] - one.interval[0]), 8)
        },
      ),
    )
  })
})
