import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { microbatches, paddedTokens } from './microbatches.ts'

describe('microbatches', () => {
  it('keep their order where tokens have no limit', () => {
    const room = { examples: 2, tokens: Number.POSITIVE_INFINITY }
    expect(microbatches([4, 0, 3], () => [1], room)).toEqual([[4, 0], [3]])
  })

  it('bring examples of like length together', () => {
    const lengths = [9, 2, 8, 1]
    expect(microbatches([0, 1, 2, 3], (at) => [lengths[at]!], { examples: 9, tokens: 18 })).toEqual([
      [0, 2],
      [1, 3],
    ])
  })

  it('count what fills up shorter sequences, also those of one example', () => {
    expect(paddedTokens([3, 7])).toBe(14)
    expect(microbatches([0, 1], () => [3, 7], { examples: 9, tokens: 28 })).toEqual([[0, 1]])
    expect(microbatches([0, 1], () => [3, 7], { examples: 9, tokens: 27 })).toEqual([[0], [1]])
  })

  it('hold every example once, and never more than fits', () => {
    const lengths = fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 120 }), (all, examples, tokens) => {
        const parts = microbatches([...all.keys()], (at) => all[at]!, { examples, tokens })
        expect(parts.flat().sort((a, b) => a - b)).toEqual([...all.keys()])
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(examples)
          if (part.length > 1) expect(paddedTokens(part.flatMap((at) => all[at]!))).toBeLessThanOrEqual(tokens)
        }
      }),
    )
  })
})
