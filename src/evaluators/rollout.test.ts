import { describe, expect, it } from 'vitest'
import type { Environment } from '../core/environment.ts'
import { Random } from '../core/random.ts'
import { connectFour } from '../environments/connect-four.ts'
import { ticTacToe } from '../environments/tic-tac-toe.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { fakeNode } from '../testing/fake-node.ts'
import { rollout } from './rollout.ts'

/** Counts down from n by 1 or 2, each step earning what it takes; one player. */
const stairs = {
  name: 'stairs',
  initial: (n: number) => n,
  actions: (n: number) => (n <= 0 ? [] : n === 1 ? [1] : [1, 2]),
  step: (n: number, by: number) => ({ state: n - by, reward: by, terminal: n - by === 0 }),
  answer: () => undefined,
  render: String,
} satisfies Environment<number, number, number>

describe('rollout', () => {
  it('values an ended game by its last reward, from the side to move, and is certain', async () => {
    const environment = ticTacToe()
    const { state, reward, terminal } = environment.step(environment.initial({ moves: '1425' }), 3)
    const evaluator = rollout(environment)
    const node = fakeNode<typeof state, number>(state, { terminal, reward })
    expect(await evaluator.evaluate([[node]], fakeContext())).toEqual([[{ value: -1, certain: true }]])
    expect(evaluator.value?.(node, new Random(1))).toBe(-1)
  })

  it('agrees between its fast path and its judgement', async () => {
    const environment = connectFour()
    const evaluator = rollout(environment, { playouts: 3 })
    const node = fakeNode<ReturnType<typeof environment.initial>, number>(environment.initial({ moves: '44' }))
    const [[judged]] = (await evaluator.evaluate([[node]], fakeContext({ seed: 5 }))) as never as [[{ value: number }]]
    expect(evaluator.value?.(node, fakeContext({ seed: 5 }).random)).toBe(judged.value)
  })

  it('plays the same through listed actions as the environment itself does, on average', () => {
    const { rollout: own, ...listed } = ticTacToe()
    const state = listed.initial({ moves: '1425' })
    const mean = (play: (random: Random) => number) => {
      const random = new Random(9)
      let sum = 0
      for (let i = 0; i < 4000; i++) sum += play(random)
      return sum / 4000
    }
    const generic = rollout(listed)
    expect(mean((random) => generic.value!(fakeNode(state), random))).toBeCloseTo(
      mean((random) => own(state, random)),
      1,
    )
  })

  it('sums the rewards of one player, those of the path included, within its range', () => {
    const evaluator = rollout<number, number, number, unknown>(stairs, { range: [0, 20] })
    for (let seed = 0; seed < 20; seed++) expect(evaluator.value!(fakeNode(7, { totalReward: 3 }), new Random(seed))).toBe(10)
    expect(evaluator.value!(fakeNode(0, { terminal: true, totalReward: 30 }), new Random(1))).toBe(20)
  })

  it('stops after the given steps', () => {
    const evaluator = rollout<number, number, number, unknown>({ ...stairs, actions: () => [1] }, { range: [0, 1000], steps: 5 })
    expect(evaluator.value!(fakeNode(100), new Random(1))).toBe(5)
  })

  it('refuses environments that are not pure or list nothing', () => {
    expect(() => rollout({ ...stairs, reproducible: 'recorded' })).toThrow(/pure/)
    const { actions: _, ...silent } = stairs
    expect(() => rollout(silent)).toThrow(/lists its actions/)
    const late = { ...stairs, step: async (n: number, by: number) => stairs.step(n, by) }
    expect(() => rollout<number, number, number, unknown>(late).value!(fakeNode(3), new Random(1))).toThrow(/at once/)
    const greedy = { ...stairs, step: (n: number, by: number, context: { random: Random }) => stairs.step(n, by * context.random.below(1)) }
    expect(() => rollout<number, number, number, unknown>(greedy).value!(fakeNode(3), new Random(1))).toThrow(/random numbers/)
  })
})
