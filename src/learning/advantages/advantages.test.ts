import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { weightedSum } from '../losses/loss.ts'
import { adam, affine, parameter, referenceKernels, Tape } from '../tensor/index.ts'
import { batchStd, groupMean, groupMeanBatchStd, groupStd, leaveOneOut, type Normaliser, normaliser, rawRewards } from './index.ts'

const close = (numbers: Iterable<number>, digits = 5) => [...numbers].map((one) => expect.closeTo(one, digits))

const rewards = [1, 0, 0, 1, 1, 1, 0, 4]
const groups = ['a', 'a', 'a', 'a', 'b', 'b', 'c', 'c']
const of = (one: Normaliser) => [...one(rewards, groups)]

/** Groups of two and more, with rewards that are whole halves: so that sums are exact. */
const rounds = fc
  .array(fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 2, maxLength: 6 }), { minLength: 1, maxLength: 4 })
  .map((lists) => ({
    rewards: lists.flatMap((list) => list.map((one) => one / 2)),
    groups: lists.flatMap((list, group) => list.map(() => group)),
  }))

describe('normalisers', () => {
  it('compare with the group, the others of it, the batch, or nothing', () => {
    expect(of(rawRewards())).toEqual(rewards)
    expect(of(groupMean())).toEqual([0.5, -0.5, -0.5, 0.5, 0, 0, -2, 2])
    expect(of(leaveOneOut())).toEqual(close([2 / 3, -2 / 3, -2 / 3, 2 / 3, 0, 0, -4, 4]))
    // The standard deviation of 1 0 0 1 is √(1/3), of 0 4 it is √8; of all eight, with mean 1, it is √(12/7).
    const own = 0.5 / Math.sqrt(1 / 3)
    expect(of(groupStd())).toEqual(close([own, -own, -own, own, 0, 0, -Math.SQRT1_2, Math.SQRT1_2]))
    const all = Math.sqrt(12 / 7)
    expect(of(batchStd())).toEqual(close([0, -1, -1, 0, 0, 0, -1, 3].map((one) => one / all)))
    expect(of(groupMeanBatchStd())).toEqual(close([0.5, -0.5, -0.5, 0.5, 0, 0, -2, 2].map((one) => one / all)))
    // Of what is left: √((4 · .25 + 8) / 7).
    expect(of(normaliser({ centre: 'group', scale: 'batch', scaleOf: 'centred' }))[7]).toBeCloseTo(2 / Math.sqrt(9 / 7), 5)
    expect(of(normaliser({ centre: 'group', lowered: 0.1 }))).toEqual(close([0.6, -0.4, -0.4, 0.6, 0.1, 0.1, -1.9, 2.1]))
  })

  it('have nothing to compare a group of one with', () => {
    for (const one of [groupMean(), groupStd(), leaveOneOut(), groupMeanBatchStd()]) expect([...one([3], ['a'])]).toEqual([0])
    expect([...batchStd()([3], ['a'])]).toEqual([0])
  })

  it('say exactly nothing of a group in which all are alike', () => {
    const bare = normaliser({ centre: 'group', scale: 'group', epsilon: 0 })
    for (const one of [groupMean(), groupStd(), leaveOneOut(), batchStd(), groupMeanBatchStd(), bare])
      expect([...one([0.1, 0.1, 0.1], [0, 0, 0])].every((value) => value === 0)).toBe(true)
  })

  it('have mean 0 and standard deviation 1 where they say so', () => {
    fc.assert(
      fc.property(rounds, ({ rewards, groups }) => {
        for (const one of [groupMean(), groupStd(), leaveOneOut()]) {
          const found = one(rewards, groups)
          for (const group of new Set(groups)) {
            const own = [...found].filter((_, at) => groups[at] === group)
            expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 8)
          }
        }
        const whole = batchStd()(rewards, groups)
        expect(whole.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 8)
        const square = whole.reduce((sum, value) => sum + value ** 2, 0) / (rewards.length - 1)
        expect(new Set(rewards).size === 1 ? square : square - 1).toBeCloseTo(0, 4)
      }),
    )
  })

  it('do not see a shift of all rewards; those of a group do not see its own; stds do not see the scale', () => {
    fc.assert(
      fc.property(rounds, fc.integer({ min: -8, max: 8 }), fc.integer({ min: 1, max: 5 }), ({ rewards, groups }, shift, scale) => {
        const shifted = rewards.map((one) => one + shift)
        const apart = rewards.map((one, at) => one + shift * groups[at]!)
        for (const one of [groupMean(), groupStd(), leaveOneOut(), batchStd(), groupMeanBatchStd()])
          expect([...one(shifted, groups)]).toEqual(close(one(rewards, groups)))
        for (const one of [groupMean(), groupStd(), leaveOneOut()]) expect([...one(apart, groups)]).toEqual(close(one(rewards, groups)))
        const scaled = rewards.map((one) => one * scale)
        for (const one of [groupStd(), batchStd(), groupMeanBatchStd()])
          expect([...one(scaled, groups)]).toEqual(close(one(rewards, groups), 4))
      }),
    )
  })

  it('with a mean and a std do not know 0 and 1 from −1 and 1: no comparison of the two shows anything', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 16 }), (right) => {
        const names = right.map((_, at) => at % 2)
        for (const one of [groupStd(), batchStd(), groupMeanBatchStd()]) {
          const [zeros, signs] = [
            one(right.map(Number), names),
            one(
              right.map((yes) => (yes ? 1 : -1)),
              names,
            ),
          ]
          expect([...signs]).toEqual(close(zeros, 4))
        }
      }),
    )
  })

  it('leave one out: n / (n − 1) of the group mean', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 8 }), (values) => {
        const names = values.map(() => 0)
        const factor = values.length / (values.length - 1)
        expect([...leaveOneOut()(values, names)]).toEqual(
          close(
            groupMean()(values, names).map((one) => factor * one),
            8,
          ),
        )
      }),
    )
  })

  it('refuse what is no number, and groups that do not fit', () => {
    expect(() => groupStd()([1, Number.NaN], [0, 0])).toThrow(/reward 1 is not finite/)
    expect(() => groupStd()([1], [0, 0])).toThrow(expect.objectContaining({ code: 'E_ADVANTAGE_INPUT' }))
    expect(() => normaliser({ centre: 'group', epsilon: -1 })).toThrow(expect.objectContaining({ code: 'E_ADVANTAGE_OPTION' }))
  })
})

describe('under Adam', () => {
  it('a std of the batch is nearly no change: steps do not see the scale of the loss', () => {
    const trained = (scale: number) => {
      const weights = parameter('weights', [4])
      const tape = new Tape({ kernels: referenceKernels })
      const optimizer = adam({ kernels: referenceKernels, parameters: [weights], clip: Number.MAX_VALUE })
      for (let step = 0; step < 20; step++) {
        const random = new Random(5, step)
        const noisy = Float32Array.from({ length: 4 }, (_, at) => scale * (at - 1.5 + random.unit()))
        tape.backward(affine(tape, weightedSum(tape, weights, noisy), -1))
        optimizer.step(0.01)
        tape.reset()
      }
      return [...weights.data]
    }
    expect(trained(7)).toEqual(close(trained(1), 4))
  })
})
