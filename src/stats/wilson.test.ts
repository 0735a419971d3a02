import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wilson } from './wilson.ts'

describe('the Wilson interval', () => {
  // Known values, by hand from the formula with z = 1.959964; for 8 of 10: centre 0.9921/1.3841, spread 0.3133/1.3841.
  it.each([
    [8, 10, 0.4902, 0.9433],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [50, 100, 0.4038, 0.5962],
    [1, 1, 0.2065, 1],
  ])('of %i in %i is [%f, %f]', (successes, trials, low, high) => {
    const interval = wilson(successes, trials)
    expect(interval[0]).toBeCloseTo(low, 4)
    expect(interval[1]).toBeCloseTo(high, 4)
  })

  it('knows nothing without trials', () => expect(wilson(0, 0)).toEqual([0, 1]))

  it('refuses counts that are none', () => {
    expect(() => wilson(3, 2)).toThrow(RangeError)
    expect(() => wilson(-1, 2)).toThrow(RangeError)
    expect(() => wilson(0.5, 2)).toThrow(RangeError)
    expect(() => wilson(0, Number.NaN)).toThrow(RangeError)
  })

  it('holds the rate, lies in [0, 1], mirrors, and widens with confidence', () => {
    const counts = fc.integer({ min: 1, max: 5000 }).chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)))
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const [low, high] = wilson(successes, trials)
        const [mirroredLow, mirroredHigh] = wilson(trials - successes, trials)
        const wide = wilson(successes, trials, 0.99)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(low).toBeLessThanOrEqual(successes / trials)
        expect(high).toBeGreaterThanOrEqual(successes / trials)
        expect(mirroredLow).toBeCloseTo(1 - high, 10)
        expect(mirroredHigh).toBeCloseTo(1 - low, 10)
        expect(wide[0]).toBeLessThanOrEqual(low)
        expect(wide[1]).toBeGreaterThanOrEqual(high)
      }),
    )
  })
})
