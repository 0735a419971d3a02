import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { fakeNode } from '../testing/fake-node.ts'
import { likelihood } from './likelihood.ts'

const random = new Random(1)

describe('likelihood', () => {
  it('is the geometric mean of the tokens’ probabilities', async () => {
    // Two tokens of probability 1/2 and one of 1/4: (1/16)^(1/3).
    const node = fakeNode('x', { depth: 2, logProb: Math.log(1 / 16), tokenCount: 3 })
    const [[evaluation]] = (await likelihood().evaluate([[node]], fakeContext())) as never as [[{ value: number }]]
    expect(evaluation.value).toBeCloseTo((1 / 16) ** (1 / 3), 12)
    expect(likelihood().value!(node, random)).toBe(evaluation.value)
    expect(likelihood().value!(fakeNode('root'), random)).toBe(1)
  })

  it('is the probability of the whole path where that is wanted', () => {
    const node = fakeNode('x', { depth: 2, logProb: Math.log(1 / 16), tokenCount: 3 })
    expect(likelihood({ of: 'path' }).value!(node, random)).toBeCloseTo(1 / 16, 12)
  })

  it('lies in [0, 1] and does not depend on length', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: -1e-6, noNaN: true }), fc.integer({ min: 1, max: 200 }), (each, tokenCount) => {
        const value = likelihood().value!(fakeNode('x', { depth: 1, logProb: each * tokenCount, tokenCount }), random)
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(1)
        expect(value).toBeCloseTo(Math.exp(each), 10)
      }),
    )
  })

  it.each([
    ['no tokens', { depth: 1, logProb: 0, tokenCount: 0 }],
    ['tokens without scores', { depth: 1, logProb: 0, tokenCount: 5 }],
    ['a broken sum', { depth: 1, logProb: Number.NaN, tokenCount: 5 }],
  ])('says which option to set for %s', (_, fields) => {
    expect(() => likelihood().value!(fakeNode('x', fields), random)).toThrow(/logProbs: true/)
    expect(() => likelihood().value!(fakeNode('x', fields), random)).toThrow(expect.objectContaining({ code: 'E_EVALUATOR_SCORE' }))
  })
})
