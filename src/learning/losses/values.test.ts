import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binary, combined, listRanking, pairwise, regression, supervised, supervisedLogProbs } from './index.ts'
import { evaluated } from './testing/evaluated.ts'

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

describe('supervised', () => {
  it('is the mean surprise of the rows that count', () => {
    const logits = [
      [0, Math.log(3)],
      [5, -5],
      [Math.log(4), 0],
    ]
    // Shares are 1/4 and 3/4, then 4/5 and 1/5; the row between is masked, and its class does not exist.
    const { loss, telemetry, gradients } = evaluated([logits], (tape, x) =>
      supervised(tape, x!, Int32Array.of(1, 7, 1), { weights: Float32Array.of(1, 0, 3) }),
    )
    expect(loss).toBeCloseTo((Math.log(4 / 3) + 3 * Math.log(5)) / 4, 7)
    expect(telemetry).toEqual({ tokens: 2, accuracy: 0.25 })
    expect(gradients[0]![0]).toBeCloseTo(0.25 / 4, 7)
    expect(gradients[0]!.slice(2, 4)).toEqual([0, 0])
  })

  it('takes soft targets: cross-entropy with them', () => {
    const { loss } = evaluated([[[0, Math.log(3)]]], (tape, x) => supervised(tape, x!, Float32Array.of(0.5, 0.5)))
    expect(loss).toBeCloseTo((Math.log(4) + Math.log(4 / 3)) / 2, 7)
  })

  it('over log-probabilities weighs tokens as it is told', () => {
    const { loss, gradients, telemetry } = evaluated([[-1, -2, -4]], (tape, x) =>
      supervisedLogProbs(tape, x!, { weights: Float32Array.of(1, 0, 0.5), divisor: 6 }),
    )
    expect(loss).toBeCloseTo(0.5, 7)
    expect(gradients[0]).toEqual([-1 / 6, -0, -0.5 / 6].map((one) => expect.closeTo(one, 7)))
    expect(telemetry.tokens).toBe(2)
  })
})

describe('regression', () => {
  it('is the mean of squares', () => {
    const { loss, gradients, telemetry } = evaluated([[1, 3]], (tape, x) => regression(tape, x!, Float32Array.of(0, 5)))
    expect(loss).toBeCloseTo(2.5, 7)
    expect(gradients[0]).toEqual([1, -2])
    expect(telemetry.error).toBeCloseTo(1.5, 7)
  })

  it('by Huber is half a square near, and a line far', () => {
    const of = (error: number) => evaluated([[error]], (tape, x) => regression(tape, x!, Float32Array.of(0), { huber: 2 }))
    expect(of(1).loss).toBeCloseTo(0.5, 7)
    expect(of(-5).loss).toBeCloseTo(2 * (5 - 1), 7)
    expect(of(-5).gradients[0]).toEqual([-2])
    expect(of(1).gradients[0]).toEqual([1])
  })

  it('near old values takes the greater error, so that nothing is gained by going further', () => {
    const of = (value: number) =>
      evaluated([[value]], (tape, x) => regression(tape, x!, Float32Array.of(3), { near: { values: Float32Array.of(1), range: 0.5 } }))
    expect(of(1.2)).toMatchObject({ loss: expect.closeTo(1.8 ** 2, 6), gradients: [[expect.closeTo(-3.6, 6)]] })
    // Beyond 1.5 the error of 1.5 stays, without gradient.
    expect(of(2.5)).toMatchObject({ loss: expect.closeTo(1.5 ** 2, 6), gradients: [[0]] })
  })
})

describe('binary', () => {
  it('is the surprise at labels, hard or soft', () => {
    const { loss, gradients, telemetry } = evaluated([[2, -1]], (tape, x) => binary(tape, x!, Float32Array.of(1, 0.25)))
    const second = -(0.25 * Math.log(sigmoid(-1)) + 0.75 * Math.log(sigmoid(1)))
    expect(loss).toBeCloseTo((-Math.log(sigmoid(2)) + second) / 2, 7)
    expect(gradients[0]).toEqual([expect.closeTo((sigmoid(2) - 1) / 2, 7), expect.closeTo((sigmoid(-1) - 0.25) / 2, 7)])
    expect(telemetry.accuracy).toBe(1)
    expect(telemetry.brier).toBeCloseTo(((sigmoid(2) - 1) ** 2 + (sigmoid(-1) - 0.25) ** 2) / 2, 7)
  })

  it('does not overflow', () => {
    expect(evaluated([[800, -800]], (tape, x) => binary(tape, x!, Float32Array.of(0, 1))).loss).toBeCloseTo(800, 7)
    expect(evaluated([[800, -800]], (tape, x) => binary(tape, x!, Float32Array.of(1, 0))).loss).toBeCloseTo(0, 7)
  })

  it('refuses labels that are no probability, other lengths, and nothing at all', () => {
    const of = (labels: number[], weights?: number[]) => () =>
      evaluated([[0, 0]], (tape, x) =>
        binary(tape, x!, Float32Array.from(labels), weights === undefined ? {} : { weights: Float32Array.from(weights) }),
      )
    expect(of([0, 2])).toThrow(/label 1 is out of range; got 2/)
    expect(of([0])).toThrow(expect.objectContaining({ code: 'E_LOSS_BATCH' }))
    expect(of([0, 1], [0, 0])).toThrow(expect.objectContaining({ code: 'E_LOSS_EMPTY' }))
    expect(of([0, 1], [1, -1])).toThrow(/weight 1 is out of range; got -1/)
    expect(of([0, 1], [Number.NaN, 1])).toThrow(expect.objectContaining({ code: 'E_LOSS_BATCH' }))
  })
})

describe('pairwise', () => {
  it('is the surprise that the better one wins, by a margin', () => {
    const { loss, gradients, telemetry } = evaluated(
      [
        [2, 0],
        [1, 3],
      ],
      (tape, a, b) => pairwise(tape, a!, b!, { margin: Float32Array.of(0.5, 0) }),
    )
    expect(loss).toBeCloseTo(-(Math.log(sigmoid(0.5)) + Math.log(sigmoid(-3))) / 2, 7)
    expect(gradients[0]![0]).toBeCloseTo(-sigmoid(-0.5) / 2, 7)
    expect(gradients[1]![1]).toBeCloseTo(sigmoid(3) / 2, 7)
    expect(telemetry).toEqual({ accuracy: 0.5, margin: -1 })
  })
})

describe('listRanking', () => {
  it('weighs pairs by what the list would gain', () => {
    // By score the order is 1, 0, 2 (ranks 2, 1, 3); by value 0, 1, 2.
    const scores = [0.2, 0.5, -1]
    const values = Float32Array.of(2, 1, 0)
    const discount = (rank: number) => 1 / Math.log(1 + rank)
    const lambda = (gain: number, a: number, b: number) => gain * Math.abs(discount(a) - discount(b))
    const expected =
      -lambda(4 - 2, 2, 1) * Math.log(sigmoid(0.2 - 0.5)) -
      lambda(4 - 1, 2, 3) * Math.log(sigmoid(0.2 + 1)) -
      lambda(2 - 1, 1, 3) * Math.log(sigmoid(0.5 + 1))
    const { loss, telemetry } = evaluated([scores], (tape, x) => listRanking(tape, x!, { values }))
    expect(loss).toBeCloseTo(expected, 6)
    expect(telemetry.accuracy).toBeLessThan(1)
  })

  it('falls when the better of two rises, whatever the list', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.float({ min: -2, max: 2, noNaN: true })), { minLength: 2, maxLength: 6 }),
        (items) => {
          const values = Float32Array.from(items, ([value]) => value)
          fc.pre(new Set(values).size > 1)
          const { gradients } = evaluated([items.map(([, score]) => score)], (tape, x) => listRanking(tape, x!, { values }))
          // The best items are pulled up, the worst are pushed down; together nothing moves.
          const best = values.indexOf(Math.max(...values))
          expect(gradients[0]![best]).toBeLessThanOrEqual(0)
          expect(gradients[0]!.reduce((sum, one) => sum + one, 0)).toBeCloseTo(0, 6)
        },
      ),
    )
  })

  it('refuses lists without an order', () => {
    expect(() => evaluated([[1, 2]], (tape, x) => listRanking(tape, x!, { values: Float32Array.of(1, 1) }))).toThrow(
      /no list has values that differ/,
    )
  })
})

describe('combined', () => {
  it('adds losses by their weights, and keeps apart what they tell', () => {
    const { loss, gradients, telemetry } = evaluated([[1], [-2]], (tape, value, logProb) =>
      combined(tape, {
        value: { loss: regression(tape, value!, Float32Array.of(3)), weight: 0.5 },
        expert: { loss: supervisedLogProbs(tape, logProb!), weight: 2 },
      }),
    )
    expect(loss).toBe(0.5 * 4 + 2 * 2)
    expect(gradients).toEqual([[-2], [-2]])
    expect(telemetry).toEqual({ 'value.loss': 4, 'value.error': 2, 'expert.loss': 2, 'expert.tokens': 1 })
  })

  it('refuses nothing, and weights that are none', () => {
    expect(() => evaluated([[1]], (tape) => combined(tape, {}))).toThrow(/there is no loss/)
    expect(() =>
      evaluated([[1]], (tape, x) => combined(tape, { one: { loss: supervisedLogProbs(tape, x!), weight: Number.NaN } })),
    ).toThrow(/weight of one is out of range/)
  })
})
