// The system, and how its method differs from its neighbours, by hand.
import { describe, expect, it } from 'vitest'
import { testSystem } from '../experiments/testing/test-system.ts'
import type { Rollout } from '../learning/rollouts/index.ts'
import { litePpo, methods } from './lite-ppo.ts'

testSystem(litePpo, new URL('./lite-ppo.ts', import.meta.url))

const rollout = (group: string, outcome: number, length = 4): Rollout =>
  ({
    id: `${group} ${outcome} ${length}`,
    group,
    rewards: { outcome },
    tokens: new Int32Array(2 + length),
    promptLength: 2,
    truncated: false,
  }) as unknown as Rollout

describe('Lite PPO', () => {
  const all = methods(40)
  const half = Number(Math.SQRT1_2.toFixed(4))
  // Rewards 1 0 | 0 0: means of groups .5 and 0; the batch's deviation is .5, the first group's .7071.
  const rollouts = [rollout('a', 1), rollout('a', 0), rollout('b', 0, 3), rollout('b', 0)]
  const of = (name: string) => all[name]!.advantages(rollouts).map((one) => (typeof one === 'number' ? Number(one.toFixed(4)) : one))
  it('takes the mean of the group away and divides by the deviation of the batch', () => expect(of('lite-ppo')).toEqual([1, -1, 0, 0]))
  it('differs from GRPO, which divides by that of the group', () => expect(of('grpo')).toEqual([half, -half, 0, 0]))
  it('differs from REINFORCE++, whose mean is that of the batch', () => expect(of('reinforce++')).toEqual([1.5, -0.5, -0.5, -0.5]))
  it('keeps what DAPO drops: groups that are all alike', () => expect(of('dapo')).toEqual([half, -half, undefined, undefined]))
  it('knows no length, which DAPO punishes near the limit: 38 of 40 tokens are 0.8 of the buffer too long', () => {
    const long = [rollout('a', 1, 38), rollout('a', 1)]
    expect(all['lite-ppo']!.advantages(long)).toEqual([0, 0])
    const [worse, better] = all.dapo!.advantages(long) as [number, number]
    expect(worse).toBeLessThan(better)
  })
})
