import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areaUnderCurve } from './auc.ts'

describe('the area under the curve', () => {
  it('counts pairs: 0.9 beats both, 0.4 one of 0.5 and 0.1', () => expect(areaUnderCurve([0.9, 0.4], [0.5, 0.1])).toBe(0.75))
  it('counts ties half', () => expect(areaUnderCurve([1, 1], [1])).toBe(0.5))
  it('of one kind alone is not known', () => expect([areaUnderCurve([], [1]), areaUnderCurve([1], [])]).toEqual([Number.NaN, Number.NaN]))
  it('is the share of pairs by brute force, and turns round with its sides', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(scores, scores, (positives, negatives) => {
        const pairs = positives.flatMap((one) => negatives.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)))
        const share = pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length
        expect(areaUnderCurve(positives, negatives)).toBeCloseTo(share, 12)
        expect(areaUnderCurve(negatives, positives)).toBeCloseTo(1 - share, 12)
      }),
    )
  })
})
