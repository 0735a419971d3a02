import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tape } from '../tensor/tape.ts'
import {
  type Aggregation,
  constantLength,
  entropyTerm,
  groupTokenMean,
  grpo,
  klEstimate,
  klTerm,
  type Loss,
  noClip,
  offPolicy,
  type PolicyBatch,
  policyLoss,
  ppo,
  ratioClip,
  reinforce,
  sequenceClip,
  sequenceMean,
  tokenMean,
} from './index.ts'
import { type Evaluated, evaluated } from './testing/evaluated.ts'

interface Given {
  /** π/μ of each token; its log-probability when it was sampled is −1. */
  readonly ratios: readonly number[]
  readonly advantages: readonly number[]
  readonly sequences?: readonly number[]
  readonly groups?: readonly number[]
  readonly weights?: readonly number[]
  readonly reference?: readonly number[]
}

/** Log-probabilities are the input: gradients are by them. */
function run(
  { ratios, advantages, sequences, groups, weights, reference }: Given,
  loss: (tape: Tape, batch: PolicyBatch) => Loss,
): Evaluated {
  return evaluated([ratios.map((ratio) => Math.log(ratio) - 1)], (tape, x) =>
    loss(tape, {
      logProbs: x!,
      sampledLogProbs: new Float32Array(ratios.length).fill(-1),
      advantages: Float32Array.from(advantages),
      sequences: Int32Array.from(sequences ?? ratios.map(() => 0)),
      groups: Int32Array.from(groups ?? [0]),
      ...(weights && { weights: Float32Array.from(weights) }),
      ...(reference && { referenceLogProbs: Float32Array.from(reference) }),
    }),
  )
}

const close = (numbers: readonly number[]) => numbers.map((one) => expect.closeTo(one, 6))

/** Rollouts of two groups, with ratios around 1. */
const givens = fc
  .array(fc.record({ ratio: fc.double({ min: 0.3, max: 3, noNaN: true }), advantage: fc.double({ min: -2, max: 2, noNaN: true }) }), {
    minLength: 4,
    maxLength: 12,
  })
  .map(
    (tokens): Given => ({
      ratios: tokens.map(({ ratio }) => ratio),
      advantages: tokens.map(({ advantage }) => Math.fround(advantage)),
      sequences: tokens.map((_, at) => Math.floor((4 * at) / tokens.length)),
      groups: [0, 0, 1, 1],
    }),
  )

describe('reinforce', () => {
  it('is −A log π', () => {
    const { loss, gradients, telemetry } = run({ ratios: [1, 2, 0.5], advantages: [1, -2, 0] }, reinforce)
    expect(loss).toBeCloseTo(-(-1 - 2 * (Math.log(2) - 1)) / 3, 6)
    expect(gradients[0]).toEqual(close([-1 / 3, 2 / 3, 0]))
    expect(telemetry).toEqual({
      ratioMean: expect.closeTo(3.5 / 3, 6),
      ratioMax: expect.closeTo(2, 6),
      clipFraction: 0,
      kl: expect.closeTo((0 + (1 - Math.log(2)) + (-0.5 + Math.log(2))) / 3, 6),
      effectiveTokens: 2,
      mixedGroups: 1,
    })
  })
})

describe('clips', () => {
  // Ratios below, within and above the bounds, for both signs of the advantage.
  const given: Given = { ratios: [0.5, 1.1, 1.5, 0.5, 1.1, 5], advantages: [1, 1, 1, -1, -1, -1] }

  it('of PPO take the gradient from what has gone far enough', () => {
    const { loss, gradients, telemetry } = run(given, (tape, batch) => ppo(tape, batch, { low: 0.2, high: 0.3 }))
    expect(loss).toBeCloseTo(-(0.5 + 1.1 + 1.3 - 0.8 - 1.1 - 5) / 6, 6)
    expect(gradients[0]).toEqual(close([-0.5, -1.1, 0, 0, 1.1, 5].map((one) => one / 6)))
    expect(telemetry.clipFraction).toBeCloseTo(2 / 6, 12)
  })

  it('of both sides bound what a token with a negative advantage can cost', () => {
    const { loss, gradients, telemetry } = run(given, (tape, batch) => ppo(tape, batch, { dual: 3 }))
    expect(loss).toBeCloseTo(-(0.5 + 1.1 + 1.2 - 0.8 - 1.1 - 3) / 6, 6)
    expect(gradients[0]![5]).toBe(0)
    expect(telemetry.clipFraction).toBeCloseTo(3 / 6, 12)
  })

  it('that are not there change nothing but the ratio', () => {
    const { loss } = run(given, (tape, batch) => policyLoss(tape, batch, { surrogate: noClip() }))
    expect(loss).toBeCloseTo(-(0.5 + 1.1 + 1.5 - 0.5 - 1.1 - 5) / 6, 6)
  })

  it('of sequences clip all of their tokens, or none', () => {
    const sequences = { ratios: [1, 4, 1.1, 0.9, 1.2], advantages: [1, 1, -1, -1, -1], sequences: [0, 0, 1, 1, 1], groups: [0, 0] }
    const { loss, gradients, telemetry } = run(sequences, (tape, batch) =>
      grpo(tape, batch, { clip: sequenceClip({ low: 0.2, high: 0.3 }) }),
    )
    const second = (1.1 * 0.9 * 1.2) ** (1 / 3)
    expect(loss).toBeCloseTo(-(1.3 - second) / 2, 6)
    expect(gradients[0]).toEqual(close([0, 0, second / 6, second / 6, second / 6]))
    expect(telemetry).toMatchObject({ ratioMax: expect.closeTo(2, 6), clipFraction: expect.closeTo(0.4, 6) })
  })

  it('never act in the first step after sampling, where PPO is REINFORCE', () => {
    fc.assert(
      fc.property(givens, (some) => {
        const first = { ...some, ratios: some.ratios.map(() => 1) }
        const [clipped, plain] = [run(first, ppo), run(first, reinforce)]
        expect(clipped.telemetry).toMatchObject({ clipFraction: 0, ratioMean: 1, ratioMax: 1, kl: 0 })
        expect(clipped.gradients[0]).toEqual(close(plain.gradients[0]!))
      }),
    )
  })

  it('refuse bounds that are none', () => {
    expect(() => ratioClip({ low: 1.5 })).toThrow(/low is out of range; got 1.5/)
    expect(() => ratioClip({ dual: 1 })).toThrow(expect.objectContaining({ code: 'E_LOSS_OPTION' }))
    expect(() => sequenceClip({ high: Number.NaN })).toThrow(/high is out of range/)
  })
})

describe('aggregation', () => {
  // Lengths 1 and 3 in one group, 2 in another.
  const layout = { sequences: Int32Array.of(0, 1, 1, 1, 2, 2), groups: Int32Array.of(0, 0, 1) }
  const of = (aggregation: Aggregation, weights?: Float32Array) => [...aggregation({ ...layout, ...(weights && { weights }) })]

  it('weighs tokens', () => {
    expect(of(tokenMean())).toEqual(close([1, 1, 1, 1, 1, 1].map((one) => one / 6)))
    expect(of(sequenceMean())).toEqual(close([1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 6, 1 / 6]))
    expect(of(groupTokenMean())).toEqual(close([1 / 8, 1 / 8, 1 / 8, 1 / 8, 1 / 4, 1 / 4]))
    expect(of(constantLength({ length: 5 }))).toEqual(close(Array(6).fill(1 / 15)))
  })

  it('leaves out what does not count', () => {
    const weights = Float32Array.of(0, 1, 0, 1, 1, 1)
    expect(of(tokenMean(), weights)).toEqual(close([0, 0.25, 0, 0.25, 0.25, 0.25]))
    expect(of(sequenceMean(), weights)).toEqual(close([0, 0.25, 0, 0.25, 0.25, 0.25]))
    expect(of(groupTokenMean(), weights)).toEqual(close([0, 0.25, 0, 0.25, 0.25, 0.25]))
    expect(of(constantLength({ length: 2 }), weights)).toEqual(close([0, 1 / 6, 0, 1 / 6, 1 / 6, 1 / 6]))
    expect(() => of(tokenMean(), new Float32Array(6))).toThrow(expect.objectContaining({ code: 'E_LOSS_EMPTY' }))
    expect(() => constantLength({ length: 0 })).toThrow(/length is out of range/)
  })

  it('of parts adds up to that of the whole', () => {
    const part = (aggregation: Aggregation) => [
      ...aggregation({ sequences: Int32Array.of(0, 1, 1, 1), groups: Int32Array.of(0, 0) }),
      ...aggregation({ sequences: Int32Array.of(0, 0), groups: Int32Array.of(0) }),
    ]
    expect(part(tokenMean({ tokens: 6 }))).toEqual(of(tokenMean()))
    expect(part(sequenceMean({ sequences: 3 }))).toEqual(of(sequenceMean()))
    expect(part(groupTokenMean({ groups: 2 }))).toEqual(of(groupTokenMean()))
    expect(part(constantLength({ length: 5, sequences: 3 }))).toEqual(of(constantLength({ length: 5 })))
  })

  it('is one and the same for all kinds where lengths are equal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }), (length, count) => {
        const sequences = Int32Array.from({ length: length * count }, (_, at) => Math.floor(at / length))
        const equal = { sequences, groups: new Int32Array(count) }
        const expected = close([...tokenMean()(equal)])
        for (const other of [sequenceMean(), groupTokenMean(), constantLength({ length })]) expect([...other(equal)]).toEqual(expected)
      }),
    )
  })
})

describe('importance', () => {
  it('kept on one side has the gradient of PPO', () => {
    fc.assert(
      fc.property(givens, fc.double({ min: 0.05, max: 0.5, noNaN: true }), (given, range) => {
        const bounds = { low: range, high: 1.5 * range }
        const one = run(given, (tape, batch) => offPolicy(tape, batch, { keep: 'one-sided', ...bounds }))
        const other = run(given, (tape, batch) => ppo(tape, batch, bounds))
        expect(one.gradients[0]).toEqual(close(other.gradients[0]!))
        expect(one.telemetry.clipFraction).toBeCloseTo(other.telemetry.clipFraction!, 12)
      }),
    )
  })

  it('without weight and mask is REINFORCE, with weight it is the ratio without a clip', () => {
    fc.assert(
      fc.property(givens, (given) => {
        const plain = run(given, (tape, batch) => offPolicy(tape, batch, { weight: 'none' }))
        expect(plain.gradients[0]).toEqual(close(run(given, reinforce).gradients[0]!))
        const weighted = run(given, (tape, batch) => offPolicy(tape, batch))
        const free = run(given, (tape, batch) => policyLoss(tape, batch, { surrogate: noClip() }))
        expect(weighted.gradients[0]).toEqual(close(free.gradients[0]!))
      }),
    )
  })

  it('keeps tokens by their ratio, and bounds weights', () => {
    const given: Given = { ratios: [0.3, 0.9, 1.1, 4, 0.3, 0.9, 1.1, 4], advantages: [1, 1, 1, 1, -1, -1, -1, -1] }
    const of = (options: Parameters<typeof offPolicy>[2]) =>
      run(given, (tape, batch) => offPolicy(tape, batch, options)).gradients[0]!.map((one) => -8 * one)
    expect(of({ weight: 'none', keep: 'one-sided' })).toEqual(close([1, 1, 1, 0, 0, -1, -1, -1]))
    expect(of({ weight: 'none', keep: 'two-sided' })).toEqual(close([0, 1, 1, 0, 0, -1, -1, 0]))
    expect(of({ weight: 'none', keep: 'ring' })).toEqual(close([1, 1, 1, 0, 0, -1, -1, -1]))
    expect(of({ weight: 'none', keep: 'ring', farLow: 0.8, farHigh: 4 })).toEqual(close([0, 1, 1, 0, 0, -1, -1, 0]))
    expect(of({ most: 1 })).toEqual(close([0.3, 0.9, 1, 1, -0.3, -0.9, -1, -1]))
    expect(of({ least: 0.5, most: 2 })).toEqual(close([0.5, 0.9, 1.1, 2, -0.5, -0.9, -1.1, -2]))
    expect(() => of({ least: 2, most: 1 })).toThrow(/most is out of range/)
  })

  it('with group means is a valid first step whoever sampled: the gradient of the squared differences of all pairs', () => {
    // arXiv:2509.24203, section 2: Σ_{i<j} ((r_i − τ d_i) − (r_j − τ d_j))² / (2 K²), d = log π/π_old = 0 in the first step, has the gradient
    // −(τ / K) Σ_i (r_i − mean r) by log π.
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 8 }), (rewards) => {
        const tau = 0.7
        const count = rewards.length
        const mean = rewards.reduce((sum, one) => sum + one, 0) / count
        const pairs = rewards.map((own) => rewards.reduce((sum, other) => sum - tau * (own - other), 0) / count ** 2)
        const given = {
          ratios: rewards.map(() => 1),
          advantages: rewards.map((one) => one - mean),
          sequences: rewards.map((_, at) => at),
          groups: rewards.map(() => 0),
        }
        expect(run(given, (tape, batch) => offPolicy(tape, batch, { weight: 'none' })).gradients[0]!.map((one) => tau * one)).toEqual(
          close(pairs),
        )
      }),
    )
  })
})

describe('KL estimators', () => {
  it('are what Schulman writes', () => {
    expect(klEstimate('k1', 0.5)).toBe(0.5)
    expect(klEstimate('k2', 0.5)).toBe(0.125)
    expect(klEstimate('k3', 0.5)).toBeCloseTo(Math.exp(-0.5) - 1 + 0.5, 12)
  })

  it('k1 and k3 have no bias; k3 and k2 are never negative', () => {
    const probabilities = fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(probabilities, probabilities, (first, second) => {
        const normal = (weights: number[]) => weights.map((one) => one / weights.reduce((sum, each) => sum + each, 0))
        const [p, q] = [normal(first), normal(second)]
        const differences = p.map((one, at) => Math.log(one / q[at]!))
        const kl = p.reduce((sum, one, at) => sum + one * differences[at]!, 0)
        const mean = (estimator: 'k1' | 'k2' | 'k3') => p.reduce((sum, one, at) => sum + one * klEstimate(estimator, differences[at]!), 0)
        expect(mean('k1')).toBeCloseTo(kl, 10)
        expect(mean('k3')).toBeCloseTo(kl, 10)
        for (const difference of differences) {
          expect(klEstimate('k3', difference)).toBeGreaterThanOrEqual(0)
          expect(klEstimate('k2', difference)).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  it('are terms of a loss', () => {
    const given: Given = { ratios: [1, 2], advantages: [0, 0], reference: [-1.5, -1] }
    const differences = [0.5, Math.log(2)]
    const k3 = differences.reduce((sum, one) => sum + Math.exp(-one) - 1 + one, 0) / 2
    const { loss, telemetry, gradients } = run(given, (tape, batch) => grpo(tape, batch, { kl: 0.04 }))
    expect(loss).toBeCloseTo(0.04 * k3, 7)
    expect(telemetry.referenceKl).toBeCloseTo(k3, 6)
    expect(gradients[0]).toEqual(close(differences.map((one) => (0.04 * (1 - Math.exp(-one))) / 2)))
    // REP-OPMD: τ (log π − log π_old)².
    const near = run(given, (tape, batch) =>
      offPolicy(tape, batch, { weight: 'none', terms: [klTerm({ to: 'sampled', estimator: 'k2', weight: 0.2 })] }),
    )
    expect(near.loss).toBeCloseTo((0.1 * Math.log(2) ** 2) / 2, 7)
    expect(near.telemetry.sampledKl).toBeCloseTo(Math.log(2) ** 2 / 4, 6)
    const each = run(given, (tape, batch) => reinforce(tape, batch, { terms: [klTerm({ weight: Float32Array.of(1, 0) })] }))
    expect(each.loss).toBeCloseTo((Math.exp(-0.5) - 0.5) / 2, 6)
  })

  it('never overflow', () => {
    const { loss, gradients } = run({ ratios: [1], advantages: [1], reference: [-500] }, (tape, batch) => grpo(tape, batch, { kl: 1 }))
    expect(Number.isFinite(loss)).toBe(true)
    expect(gradients[0]!.every(Number.isFinite)).toBe(true)
  })
})

describe('policyLoss', () => {
  it('takes entropies as a term', () => {
    const { loss, gradients, telemetry } = evaluated(
      [
        [-1, -1],
        [0.5, 1.5],
      ],
      (tape, logProbs, entropies) =>
        reinforce(
          tape,
          {
            logProbs: logProbs!,
            entropies: entropies!,
            sampledLogProbs: Float32Array.of(-1, -1),
            advantages: new Float32Array(2),
            sequences: Int32Array.of(0, 0),
            groups: Int32Array.of(0),
          },
          { terms: [entropyTerm({ weight: 0.1 })] },
        ),
    )
    expect(loss).toBeCloseTo(-0.1, 7)
    expect(gradients[1]).toEqual(close([-0.05, -0.05]))
    expect(telemetry).toMatchObject({ entropy: 1, effectiveTokens: 0, mixedGroups: 0 })
  })

  it('tells how many groups are mixed, by tokens that count', () => {
    const given: Given = {
      ratios: [1, 1, 1, 1, 1, 1],
      advantages: [1, -1, 0, 0, 2, 1],
      sequences: [0, 1, 2, 3, 4, 5],
      groups: [0, 0, 1, 1, 2, 2],
      weights: [1, 1, 1, 1, 1, 0],
    }
    expect(run(given, ppo).telemetry).toMatchObject({ mixedGroups: expect.closeTo(1 / 3, 12), effectiveTokens: 3 })
  })

  it('gives tokens of weight 0 no part in anything', () => {
    fc.assert(
      fc.property(givens, (given) => {
        const weights = given.ratios.map((_, at) => (at % 3 === 1 ? 0 : 1))
        const kept = <T>(values: readonly T[]) => values.filter((_, at) => weights[at] !== 0)
        const less = { ...given, ratios: kept(given.ratios), advantages: kept(given.advantages), sequences: kept(given.sequences!) }
        for (const aggregation of [tokenMean(), sequenceMean(), groupTokenMean()]) {
          const of = (some: Given) =>
            run(some, (tape, batch) => policyLoss(tape, batch, { surrogate: sequenceClip({ low: 0.2, high: 0.2 }), aggregation }))
          const [masked, without] = [of({ ...given, weights }), of(less)]
          expect(masked.loss).toBeCloseTo(without.loss, 6)
          expect(masked.telemetry).toEqual(
            Object.fromEntries(Object.entries(without.telemetry).map(([name, value]) => [name, expect.closeTo(value, 6)])),
          )
        }
      }),
    )
  })

  it('refuses batches that do not fit', () => {
    const given: Given = { ratios: [1, 1], advantages: [1, 1] }
    expect(() => run({ ...given, advantages: [1] }, ppo)).toThrow(/advantages has another length; got 1/)
    expect(() => run({ ...given, sequences: [0, 1] }, ppo)).toThrow(/token 1 is out of order, or there is none such; got 1/)
    expect(() => run({ ...given, weights: [0, 0] }, ppo)).toThrow(expect.objectContaining({ code: 'E_LOSS_EMPTY' }))
    expect(() => run(given, (tape, batch) => grpo(tape, batch, { kl: 0.1 }))).toThrow(/no referenceLogProbs/)
    expect(() => run(given, (tape, batch) => ppo(tape, batch, { terms: [entropyTerm({ weight: 1 })] }))).toThrow(/no entropies/)
    expect(() => klTerm({ weight: -1 })).toThrow(expect.objectContaining({ code: 'E_LOSS_OPTION' }))
  })
})
