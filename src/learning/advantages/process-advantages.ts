// Advantages out of rewards of steps (process supervision), against the other steps of the group.
import { BanyanError } from '../../core/errors.ts'
import type { Rollout } from '../rollouts/rollout.ts'
import { deviationOf, meanOf, membersOf, scaled } from './normalisers.ts'
import { spread } from './spread.ts'

/**
 * Rewards of steps as GRPO with process supervision takes them (arXiv:2402.03300, section 4.1.3): those of all steps of a group are normalised by
 * their mean and standard deviation, and a token's advantage is the sum over its own step and all later ones.
 *
 * @returns for each rollout [tokens].
 * @throws BanyanError E_ADVANTAGE_INPUT for a step without a reward.
 */
export function processAdvantages(rollouts: readonly Rollout[], { epsilon = 1e-6 }: { readonly epsilon?: number } = {}): Float32Array[] {
  const out: Float32Array[] = []
  for (const members of membersOf(rollouts.map(({ group }) => group))) {
    const rewards = members.map((at) => stepRewards(rollouts[at]!))
    const all = rewards.flat()
    if (all.length === 0) {
      for (const at of members) out[at] = new Float32Array(rollouts[at]!.tokens.length)
      continue
    }
    const [mean, deviation] = [meanOf(all), deviationOf(all)]
    for (const [which, at] of members.entries()) {
      let toGo = 0
      const sums = rewards[which]!.toReversed().map((reward) => (toGo += scaled(reward - mean, deviation, epsilon)))
      out[at] = spread(rollouts[at]!, sums.reverse())
    }
  }
  return out
}

function stepRewards({ id, steps }: Rollout): number[] {
  return steps.map(({ reward }, at) => {
    if (reward !== undefined) return reward
    throw new BanyanError('E_ADVANTAGE_INPUT', `rollout ${JSON.stringify(id)}: step ${at} has no reward`, {
      wanted: 'a reward for each step',
    })
  })
}
