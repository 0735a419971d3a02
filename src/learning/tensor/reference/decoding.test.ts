import { describe, expect, it } from 'vitest'
import type { Sampling } from '../kernels.ts'
import { attendPages, attendWhole, pagedCases, sampledOf } from '../testing/decoding-cases.ts'
import { referenceKernels } from './reference.ts'

/** Probabilities .5, .25, .125, .125. */
const logits = Float32Array.of(Math.log(4), Math.log(2), 0, 0)

function sampleOne(settings: { temperature?: number; topK?: number; topP?: number; draw?: number; allowed?: number[] }, x = logits) {
  const { temperature = 1, topK = 0, topP = 1, draw = 0, allowed } = settings
  const sampling: Sampling = {
    rows: 1,
    classes: 4,
    temperatures: Float32Array.of(temperature),
    topK: Int32Array.of(topK),
    topP: Float32Array.of(topP),
    draws: Int32Array.of(draw * 2 ** 32),
    maskOf: Int32Array.of(allowed === undefined ? -1 : 0),
    allowed: allowed && Float32Array.from(allowed, (one) => (one === 1 ? 0 : Number.NEGATIVE_INFINITY)),
  }
  const { tokens, logProbs, rawLogProbs, logSums, entropies } = sampledOf(referenceKernels, sampling, x)
  return { token: tokens[0], share: Math.exp(logProbs[0]!), raw: Math.exp(rawLogProbs[0]!), logSum: logSums[0], entropy: entropies[0] }
}

describe('attention over pages', () => {
  it('is that over the whole sequence, whatever rows go together', () => {
    for (const paged of pagedCases) expect(attendPages(referenceKernels, paged, 5)).toEqual(attendWhole(referenceKernels, paged))
  })
})

describe('the choice of a token', () => {
  it('goes by probability, in the order of tokens', () => {
    expect([0, 0.49, 0.51, 0.74, 0.76, 0.9].map((draw) => sampleOne({ draw }).token)).toEqual([0, 0, 1, 1, 2, 3])
    const { share, raw, logSum, entropy } = sampleOne({ draw: 0.6 })
    expect(share).toBeCloseTo(0.25, 6)
    expect(raw).toBeCloseTo(0.25, 6)
    expect(logSum).toBeCloseTo(Math.log(8), 6)
    expect(entropy).toBeCloseTo(1.75 * Math.log(2), 6)
  })

  it('goes under temperature, top-k, top-p and mask, and says the raw probability too', () => {
    const cold = sampleOne({ temperature: 0.5, draw: 0.7 })
    expect(cold).toMatchObject({ token: 0, raw: expect.closeTo(0.5, 6), share: expect.closeTo(16 / 22, 6) })
    expect(sampleOne({ topK: 2, draw: 0.9 })).toMatchObject({ token: 1, share: expect.closeTo(1 / 3, 6), raw: expect.closeTo(0.25, 6) })
    expect(sampleOne({ topP: 0.6, draw: 0.9 })).toMatchObject({ token: 1, share: expect.closeTo(1 / 3, 6) })
    expect(sampleOne({ topP: 0.4, draw: 0.9 })).toMatchObject({ token: 0, share: expect.closeTo(1, 6) })
    expect(sampleOne({ allowed: [0, 1, 1, 0], draw: 0.9 })).toMatchObject({
      token: 2,
      share: expect.closeTo(1 / 3, 6),
      raw: expect.closeTo(0.125, 6),
    })
  })

  it('is the first of the most probable at temperature 0', () => {
    expect(sampleOne({ temperature: 0 })).toMatchObject({ token: 0, share: 1, raw: expect.closeTo(0.5, 6) })
    expect(sampleOne({ temperature: 0, allowed: [0, 0, 1, 1] }).token).toBe(2)
  })

  it('is none where nothing is allowed, or a row is not finite', () => {
    expect(sampleOne({ allowed: [0, 0, 0, 0] }).token).toBe(-1)
    expect(sampleOne({}, Float32Array.of(0, Number.NaN, 0, 0)).token).toBe(-1)
    expect(sampleOne({}, Float32Array.of(0, Number.POSITIVE_INFINITY, 0, 0)).token).toBe(-1)
    expect(sampleOne({ draw: 0.3 }, Float32Array.of(Number.NEGATIVE_INFINITY, 0, 0, Number.NEGATIVE_INFINITY))).toMatchObject({
      token: 1,
      entropy: expect.closeTo(Math.log(2), 6),
    })
  })
})
