import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gae, rolloutGae } from './index.ts'
import { testRollout } from './testing/test-rollout.ts'

const close = (numbers: Iterable<number>, digits = 6) => [...numbers].map((one) => expect.closeTo(one, digits))
const unit = fc.double({ min: 0, max: 1, noNaN: true })
const streams = fc.array(fc.record({ reward: unit, value: unit, end: fc.boolean() }), { minLength: 1, maxLength: 8 }).map((tokens) => ({
  rewards: tokens.map(({ reward }) => reward),
  values: tokens.map(({ value }) => value),
  ends: tokens.map(({ end }) => (end ? 1 : 0)),
}))

describe('gae', () => {
  it('discounts between steps, and not within them', () => {
    // Two steps, of two tokens and of one.
    const { advantages, returns } = gae([0, 0.5, 1], [0.2, 0.4, 0.6], [0, 1, 1], { step: { discount: 0.9, lambda: 0.8 } })
    const last = 1 - 0.6
    const second = 0.5 + 0.9 * 0.6 - 0.4 + 0.9 * 0.8 * last
    const first = 0.4 - 0.2 + 0.8 * second
    expect([...advantages]).toEqual(close([first, second, last]))
    expect([...returns]).toEqual(close([first + 0.2, second + 0.4, 1]))
  })

  it('goes on behind the end of what was cut', () => {
    const { advantages } = gae([0], [0.5], [1], { step: { discount: 0.9, lambda: 1 }, after: 2 })
    expect(advantages[0]).toBeCloseTo(0.9 * 2 - 0.5, 12)
  })

  it('with both discounts alike does not know where steps end', () => {
    fc.assert(
      fc.property(streams, unit, unit, ({ rewards, values, ends }, discount, lambda) => {
        const alike = { discount, lambda }
        const found = gae(rewards, values, ends, { token: alike, step: alike })
        const other = gae(
          rewards,
          values,
          ends.map((end) => 1 - end),
          { token: alike, step: alike },
        )
        expect([...found.advantages]).toEqual([...other.advantages])
      }),
    )
  })

  it('with λ 1 is the return less the value, with λ 0 one step of difference', () => {
    fc.assert(
      fc.property(streams, unit, ({ rewards, values, ends }, discount) => {
        const whole = gae(rewards, values, ends, { token: { discount: 1, lambda: 1 }, step: { discount, lambda: 1 } })
        let toGo = 0
        const returns = rewards.map(() => 0)
        for (let at = rewards.length - 1; at >= 0; at--) returns[at] = toGo = rewards[at]! + (ends[at] ? discount : 1) * toGo
        expect([...whole.returns]).toEqual(close(returns, 9))
        const short = gae(rewards, values, ends, { token: { discount: 1, lambda: 0 }, step: { discount, lambda: 0 } })
        const differences = rewards.map((reward, at) => reward + (ends[at] ? discount : 1) * (values[at + 1] ?? 0) - values[at]!)
        expect([...short.advantages]).toEqual(close(differences, 9))
      }),
    )
  })

  it('without discount within steps gives an action the same return however many tokens it has', () => {
    // One action with a value of its own, written in one token or in n that all know it; then a last action.
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), unit, unit, (tokens, discount, lambda) => {
        const run = (length: number, token: { discount: number; lambda: number }) => {
          const rewards = [...Array(length).fill(0), 1]
          const values = [...Array(length).fill(0.3), 0.8]
          const ends = [...Array(length - 1).fill(0), 1, 1]
          return gae(rewards, values, ends, { token, step: { discount, lambda } }).returns[0]!
        }
        expect(run(tokens, { discount: 1, lambda: 1 })).toBeCloseTo(run(1, { discount: 1, lambda: 1 }), 9)
      }),
    )
    const naive = (length: number) =>
      gae([...Array(length - 1).fill(0), 1], Array(length).fill(0), [...Array(length - 1).fill(0), 1], {
        token: { discount: 0.9, lambda: 1 },
        step: { discount: 0.9, lambda: 1 },
      }).returns[0]!
    expect(naive(8)).toBeCloseTo(0.9 ** 7, 9)
  })

  it('refuses discounts out of range, other lengths and numbers that are none', () => {
    expect(() => gae([0], [0], [1], { step: { discount: 1.1, lambda: 1 } })).toThrow(/step.discount is out of range; got 1.1/)
    expect(() => gae([0, 1], [0], [1, 1])).toThrow(/values has another length/)
    expect(() => gae([0], [Number.NaN], [1])).toThrow(expect.objectContaining({ code: 'E_ADVANTAGE_INPUT' }))
  })
})

describe('rolloutGae', () => {
  it('passes over what tools wrote, and gives steps their rewards', () => {
    // Prompt, then a step of two chosen tokens and one of a tool, then a step of one token.
    const rollout = testRollout({
      answer: [1, 1, 0, 1],
      steps: [
        { from: 2, to: 5, reward: 0.5 },
        { from: 5, to: 6 },
      ],
      rewards: { outcome: 1 },
    })
    const discounts = { step: { discount: 0.9, lambda: 0.8 } }
    const { advantages, returns } = rolloutGae(rollout, [9, 9, 0.2, 0.4, 9, 0.6], discounts)
    const expected = gae([0, 0.5, 1], [0.2, 0.4, 0.6], [0, 1, 1], discounts)
    expect([...advantages]).toEqual(close([0, 0, expected.advantages[0]!, expected.advantages[1]!, 0, expected.advantages[2]!]))
    expect([...returns]).toEqual(close([0, 0, expected.returns[0]!, expected.returns[1]!, 0, expected.returns[2]!]))
  })

  it('refuses values that do not fit, and a reward that is not there', () => {
    expect(() => rolloutGae(testRollout({ answer: [1] }), [0])).toThrow(/not one value for each token; got 1/)
    expect(() => rolloutGae(testRollout({ answer: [1] }), [0, 0, 0], { reward: 'format' })).toThrow(/no such reward; got "?format/)
  })
})
