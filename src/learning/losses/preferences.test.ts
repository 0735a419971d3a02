import { describe, expect, it } from 'vitest'
import {
  dpo,
  lambdaRank,
  orpo,
  type SequenceBatch,
  similarityWeights,
  simpo,
  sinceDifference,
  stepWeights,
  visitSmoothing,
} from './index.ts'
import { evaluated } from './testing/evaluated.ts'

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
const surprise = (x: number) => -Math.log(sigmoid(x))

/** The better answer has tokens 0 and 1, the worse 2, 3 and 4. */
const logProbs = [-1, -0.5, -2, -1, -3]
const rest: Omit<SequenceBatch, 'logProbs'> = {
  referenceLogProbs: Float32Array.of(-1.5, -1, -1, -1.25, -2),
  sequences: Int32Array.of(0, 0, 1, 1, 1),
}
// Log-ratios to the reference: .5, .5 and −1, .25, −1.

describe('dpo', () => {
  it('wants the better one to have gained more than the worse', () => {
    const { loss, gradients, telemetry } = evaluated([logProbs], (tape, x) => dpo(tape, { logProbs: x!, ...rest }, { beta: 0.5 }))
    const h = 0.5 * (1 - -1.75)
    expect(loss).toBeCloseTo(surprise(h), 7)
    const pull = 0.5 * sigmoid(-h)
    expect(gradients[0]).toEqual([-pull, -pull, pull, pull, pull].map((one) => expect.closeTo(one, 7)))
    expect(telemetry).toEqual({ accuracy: 1, margin: 1.375, betterReward: 0.5, worseReward: -0.875 })
  })

  it('smooths labels, subtracts a margin, takes means, and masks', () => {
    const of = (options: Parameters<typeof dpo>[2], weights?: Float32Array) =>
      evaluated([logProbs], (tape, x) => dpo(tape, { logProbs: x!, ...rest, ...(weights && { weights }) }, options)).loss
    expect(of({ beta: 0.5, labelSmoothing: Float32Array.of(0.2) })).toBeCloseTo(0.8 * surprise(1.375) + 0.2 * surprise(-1.375), 6)
    expect(of({ beta: 0.5, labelSmoothing: 0.2 })).toBeCloseTo(of({ beta: 0.5, labelSmoothing: Float32Array.of(0.2) }), 6)
    expect(of({ beta: 0.5, margin: 1 })).toBeCloseTo(surprise(0.375), 7)
    expect(of({ beta: 1, lengthNormalised: true })).toBeCloseTo(surprise(0.5 - -1.75 / 3), 6)
    // Only tokens 1, 2 and 4 count: .5 against −2.
    const mask = Float32Array.of(0, 1, 1, 0, 1)
    expect(of({ beta: 1 }, mask)).toBeCloseTo(surprise(2.5), 7)
    expect(of({ beta: 1, lengthNormalised: true }, mask)).toBeCloseTo(surprise(0.5 - -1), 7)
  })

  it('compares any pairs, each with its weight', () => {
    const pairs = { better: Int32Array.of(0, 1), worse: Int32Array.of(1, 0) }
    const { loss } = evaluated([logProbs], (tape, x) =>
      dpo(tape, { logProbs: x!, ...rest }, { beta: 0.5, pairs, weights: Float32Array.of(3, 1) }),
    )
    expect(loss).toBeCloseTo((3 * surprise(1.375) + surprise(-1.375)) / 4, 7)
  })

  it('smooths siblings by their visits', () => {
    expect(visitSmoothing(3, 1)).toBeCloseTo(0.25, 12)
    expect(visitSmoothing(0, 0)).toBe(0)
    expect(visitSmoothing(1, 9)).toBe(0.5)
  })

  it('refuses what does not fit', () => {
    const of =
      (batch: Partial<SequenceBatch>, options = {}) =>
      () =>
        evaluated([logProbs], (tape, x) => dpo(tape, { logProbs: x!, ...rest, ...batch }, options))
    const { referenceLogProbs: _, ...without } = rest
    expect(() => evaluated([logProbs], (tape, x) => dpo(tape, { logProbs: x!, ...without }))).toThrow(/no referenceLogProbs/)
    expect(of({ sequences: Int32Array.of(0, 1, 0, 1, 1) })).toThrow(/token 2 is out of order/)
    expect(of({ sequences: Int32Array.of(0, 0, 1, 1, 2) })).toThrow(/number of sequences is odd/)
    expect(of({}, { pairs: { better: Int32Array.of(0), worse: Int32Array.of(2) } })).toThrow(/not there; got 2/)
    expect(of({}, { labelSmoothing: 0.7 })).toThrow(expect.objectContaining({ code: 'E_LOSS_OPTION' }))
    expect(of({}, { beta: 0 })).toThrow(/beta is out of range/)
    expect(of({ weights: Float32Array.of(0, 0, 1, 1, 1) }, { lengthNormalised: true })).toThrow(/sequence 0 has no token that counts/)
  })
})

describe('simpo', () => {
  it('compares mean log-probabilities', () => {
    const { loss, telemetry } = evaluated([logProbs], (tape, x) =>
      simpo(tape, { logProbs: x!, sequences: rest.sequences }, { beta: 2.5, margin: 0.5 }),
    )
    expect(loss).toBeCloseTo(surprise(2.5 * (-0.75 - -2) - 0.5), 6)
    expect(telemetry).toEqual({ accuracy: 1, margin: expect.closeTo(3.125, 6) })
  })
})

describe('orpo', () => {
  it('writes the better one, and prefers it by the ratio of odds', () => {
    const odds = (p: number) => p / (1 - p)
    const { loss, telemetry } = evaluated([logProbs], (tape, x) => orpo(tape, { logProbs: x!, sequences: rest.sequences }, { weight: 0.4 }))
    const ratio = Math.log(odds(Math.exp(-0.75)) / odds(Math.exp(-2)))
    expect(loss).toBeCloseTo(0.75 + 0.4 * surprise(ratio), 6)
    expect(telemetry).toMatchObject({ accuracy: 1, written: expect.closeTo(0.75, 6), preferred: expect.closeTo(surprise(ratio), 6) })
  })

  it('stays finite for answers that are certain', () => {
    const { loss, gradients } = evaluated([[0, -1e-9, -1e-12]], (tape, x) =>
      orpo(tape, { logProbs: x!, sequences: Int32Array.of(0, 1, 1) }),
    )
    expect(Number.isFinite(loss)).toBe(true)
    expect(gradients[0]!.every(Number.isFinite)).toBe(true)
  })
})

describe('lambdaRank', () => {
  it('of two answers is DPO with a constant weight', () => {
    const of = (compute: typeof dpo | typeof lambdaRank, options: object) =>
      evaluated([logProbs], (tape, x) => (compute as typeof dpo)(tape, { logProbs: x!, ...rest }, options)).loss
    const lambda = (2 ** 1 - 2 ** 0) * (1 / Math.log(2) - 1 / Math.log(3))
    expect(of(lambdaRank, { beta: 0.5, values: Float32Array.of(1, 0) })).toBeCloseTo(lambda * of(dpo, { beta: 0.5 }), 6)
  })

  it('learns the order, not its reverse', () => {
    const { gradients } = evaluated([logProbs], (tape, x) => lambdaRank(tape, { logProbs: x!, ...rest }, { values: Float32Array.of(0, 1) }))
    // The second answer is the better one here: its tokens are to become likelier.
    expect(Math.max(...gradients[0]!.slice(2))).toBeLessThan(0)
    expect(Math.min(...gradients[0]!.slice(0, 2))).toBeGreaterThan(0)
  })
})

describe('weights of steps', () => {
  it('are given to tokens, whole or in parts', () => {
    const steps = [
      { from: 0, to: 3 },
      { from: 4, to: 5 },
    ]
    expect([...stepWeights(5, steps, [1.5, 2])]).toEqual([1.5, 1.5, 1.5, 0, 2])
    expect([...stepWeights(5, steps, [1.5, 2], { mean: true })]).toEqual([0.5, 0.5, 0.5, 0, 2])
    expect(() => stepWeights(4, steps, [1, 1])).toThrow(/step 1 does not fit/)
  })

  it('are 2 for steps that are those of the best answer', () => {
    expect(
      similarityWeights(
        [
          [1, 2],
          [1, 0],
          [3, 4],
        ],
        [
          [1, 2],
          [0, 5],
        ],
      ),
    ).toEqual([expect.closeTo(2, 12), 1, 1])
    expect(similarityWeights([[1, 1]], [[-1, -1]])[0]).toBeCloseTo(0, 12)
  })

  it('mask what both answers begin with', () => {
    const { a, b } = sinceDifference([5, 6, 7, 8], [5, 6, 9])
    expect([[...a], [...b]]).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1],
    ])
    const part = sinceDifference([5, 6, 7], [5, 6])
    expect([[...part.a], [...part.b]]).toEqual([
      [0, 1, 1],
      [0, 1],
    ])
  })
})
