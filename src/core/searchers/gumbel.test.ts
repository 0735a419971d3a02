// Gumbel search: schedules and policies computed by hand, exactness on small bandits, and the policy-improvement theorem.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Table, tableTree } from '../../testing/table-tree.ts'
import { search } from '../search.ts'
import { type GumbelOptions, gumbel } from './gumbel.ts'
import { halving } from './halving.ts'
import { completedValues, improvedPolicy, mixedValue, mostLacking, transformed } from './improved-policy.ts'

describe('sequential halving', () => {
  it('4 candidates, 16 simulations: two phases of 8: 4 × 2 and 2 × 4', () =>
    expect(halving(4, 16)).toEqual([
      { considered: 4, visits: 2 },
      { considered: 2, visits: 4 },
    ]))
  it('16 candidates, 50 simulations: 16 × 1, 8 × 1, 4 × 3, 2 × 6 are 48, and 2 × 6 more, cut after 2', () =>
    expect(halving(16, 50)).toEqual([
      { considered: 16, visits: 1 },
      { considered: 8, visits: 1 },
      { considered: 4, visits: 3 },
      { considered: 2, visits: 6 },
      { considered: 2, visits: 6 },
    ]))
  it('one candidate has all', () => expect(halving(1, 7)).toEqual([{ considered: 1, visits: 7 }]))
  it('covers all simulations, and cuts only the last phase', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 500 }), (considered, simulations) => {
        const sizes = halving(considered, simulations).map((phase) => phase.considered * phase.visits)
        const sum = sizes.reduce((total, size) => total + size, 0)
        expect(sum).toBeGreaterThanOrEqual(simulations)
        expect(sum - sizes.at(-1)!).toBeLessThan(simulations)
      }),
    )
  })
})

describe('the improved policy', () => {
  const statistics = { priors: [0.5, 0.3, 0.2], visits: [3, 1, 0], values: [0.2, 0.6, 0] }
  it('v_mix: v = 0.4, N = 4, Σ π q / Σ π = (0.5 · 0.2 + 0.3 · 0.6) / 0.8 = 0.35 → (0.4 + 4 · 0.35) / 5', () => {
    expect(mixedValue(0.4, statistics)).toBeCloseTo(0.36, 12)
    expect(completedValues(0.4, statistics)).toEqual([0.2, 0.6, expect.closeTo(0.36, 12)])
  })
  it('v_mix without visits is the own value', () =>
    expect(mixedValue(0.4, { priors: [0.5, 0.5], visits: [0, 0], values: [0, 0] })).toBe(0.4))
  it('σ: (50 + 3) · 0.1 · q, or of q between the least and the greatest', () => {
    const sigma = { visitOffset: 50, scale: 0.1, rescale: false }
    expect(transformed([0.2, 0.6], [3, 1], sigma)).toEqual([expect.closeTo(1.06, 12), expect.closeTo(3.18, 12)])
    expect(transformed([0.2, 0.6, 0.4], [3, 1, 0], { ...sigma, rescale: true })).toEqual([
      0,
      expect.closeTo(5.3, 12),
      expect.closeTo(2.65, 12),
    ])
  })
  it("π' ∝ π · exp(σ(q)): 0.5 · e^0.2, 0.3 · e^0.6, 0.2 · e^0.36 with a factor of 1", () => {
    const policy = improvedPolicy(0.4, statistics, { visitOffset: 0, scale: 1 / 3, rescale: false })
    const weights = [0.5 * Math.exp(0.2), 0.3 * Math.exp(0.6), 0.2 * Math.exp(0.36)]
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    for (const [action, weight] of weights.entries()) expect(policy[action]).toBeCloseTo(weight / total, 12)
  })
  it('visits what lacks most: 0.5 - 3/5, 0.3 - 1/5, 0.2 - 0/5', () => {
    expect(mostLacking([0.5, 0.3, 0.2], [3, 1, 0])).toBe(2)
    expect(mostLacking([0, 0], [0, 0])).toBe(-1)
  })
  it('is worth no less than the prior, for any exact values', () => {
    const actions = fc.array(fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(actions, fc.double({ min: 0, max: 10, noNaN: true }), (list, scale) => {
        const sum = list.reduce((total, [prior]) => total + prior, 0)
        const priors = list.map(([prior]) => prior / sum)
        const values = list.map(([, value]) => value)
        const worth = (policy: readonly number[]) => policy.reduce((total, probability, action) => total + probability * values[action]!, 0)
        const improved = improvedPolicy(0, { priors, visits: values.map(() => 1), values }, { visitOffset: 1, scale, rescale: false })
        expect(worth(improved)).toBeGreaterThanOrEqual(worth(priors) - 1e-9)
      }),
    )
  })
})

/** A bandit: actions that end at once, with exact values. */
const bandit = (values: readonly number[], priors: readonly number[]): Table =>
  Object.fromEntries(values.map((value, arm) => [String.fromCharCode(97 + arm), { value, prior: priors[arm]! }]))

const played = async (table: Table, options: GumbelOptions, seed = 0) => {
  const { answer } = await search({ ...tableTree(table), searcher: gumbel({ answer: 'move', ...options }), seed })
  return answer!.charCodeAt(0) - 97
}

const bandits = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 20 })), { minLength: 2, maxLength: 8 })
  .map((arms) => {
    const sum = arms.reduce((total, [, weight]) => total + weight, 0)
    return { values: arms.map(([value]) => value / 100), priors: arms.map(([, weight]) => weight / sum) }
  })

describe('gumbel', () => {
  it('takes the best arm of a small bandit when values outweigh noise and priors', async () => {
    await fc.assert(
      fc.asyncProperty(bandits, fc.nat(1000), async ({ values, priors }, seed) => {
        const arm = await played(bandit(values, priors), { visitOffset: 1e12, simulations: 16 }, seed)
        expect(values[arm]).toBe(Math.max(...values))
      }),
      { numRuns: 60 },
    )
  })

  it('is never worse than its own draw from the prior, whatever the number of simulations', async () => {
    await fc.assert(
      fc.asyncProperty(
        bandits,
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.nat(1000),
        async ({ values, priors }, simulations, scale, seed) => {
          const table = bandit(values, priors)
          // With scale 0 values count for nothing: the arm is the one with the greatest g + log π, a draw from the prior.
          const drawn = await played(table, { simulations, scale: 0 }, seed)
          const arm = await played(table, { simulations, scale, visitOffset: 1 }, seed)
          expect(values[arm]).toBeGreaterThanOrEqual(values[drawn]!)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('draws from the prior where values say nothing', async () => {
    const priors = [0.7, 0.2, 0.1]
    const counts = [0, 0, 0]
    for (let seed = 0; seed < 600; seed++) counts[await played(bandit([0.5, 0.5, 0.5], priors), { simulations: 3 }, seed)]!++
    for (const [arm, prior] of priors.entries()) expect(counts[arm]! / 600).toBeCloseTo(prior, 1)
  })

  it('visits arms by the schedule: 4 arms, 8 simulations: one each, then two more for the better two', async () => {
    const { tree } = await search({
      ...tableTree(bandit([0.1, 0.9, 0.3, 0.8], [0.25, 0.25, 0.25, 0.25])),
      searcher: gumbel({ simulations: 8, noise: 0 }),
    })
    expect(tree.children(0).map((node) => tree.visits[node])).toEqual([1, 3, 1, 3])
    // The root's own value, and eight simulations.
    expect(tree.visits[0]).toBe(9)
  })

  it('plays for the side to move: the reply that is best for the other side decides', async () => {
    // Values are from the side to move: 'a' looks bad for the other side, but its reply 'ax' leaves us with -1.
    const game: Table = {
      a: { value: -0.5 },
      b: { value: 0 },
      ax: { value: -1 },
      ay: { value: 0.5 },
      bx: { value: 0.1 },
      by: { value: 0.2 },
    }
    const { answer, tree, node } = await search({
      ...tableTree(game, { range: [-1, 1], players: 2 }),
      searcher: gumbel({ simulations: 40, noise: 0 }),
    })
    expect(tree.action(node!)).toBe('b')
    expect(answer).toBeUndefined()
    expect(-tree.mean(tree.children(0)[0]!)).toBeLessThan(-tree.mean(tree.children(0)[1]!))
  })

  it('goes on in rounds while there is anything to ask', async () => {
    const table: Table = { a: { value: 0.2 }, b: { value: 0.4 }, ax: { value: 0.9 }, bx: { value: 0.3 } }
    const rounds = await search({ ...tableTree(table), searcher: gumbel({ simulations: 3, rounds: null }) })
    expect(rounds).toMatchObject({ answer: 'ax', stopped: 'converged' })
    expect(rounds.tree.size).toBe(5)
  })

  it('says which setting it does not know', () => {
    expect(() => gumbel({ simulations: 0 })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
    expect(() => gumbel({ answer: 'best' as never })).toThrow(expect.objectContaining({ code: 'E_SEARCHER_SETTING' }))
  })
})
