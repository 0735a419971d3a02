// Which rollouts are learnt from: a piece of policy losses.
import { BanyanError } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import type { Rollout } from '../rollouts/rollout.ts'
import { meanOf, membersOf } from './normalisers.ts'

/** Whether each rollout is kept. All rollouts of an update come together. */
export type RolloutFilter = (rollouts: readonly Rollout[]) => readonly boolean[]

/**
 * Keeps groups whose rewards differ: the others have advantages of 0 and only thin out means (DAPO's dynamic sampling, arXiv:2503.14476, eq. 11).
 * @param options `reward`: name of the reward, default `outcome`.
 */
export function mixedGroups({ reward = 'outcome' }: { readonly reward?: string } = {}): RolloutFilter {
  return (rollouts) => {
    const kept = rollouts.map(() => false)
    for (const members of membersOf(rollouts.map(({ group }) => group))) {
      const values = members.map((at) => rewardOf(rollouts[at]!, reward))
      if (values.some((value) => value !== values[0])) for (const at of members) kept[at] = true
    }
    return kept
  }
}

/** Keeps answers that ended by themselves: those cut at a limit say little of their beginning (overlong filtering: arXiv:2503.14476, section 3.4). */
export function notTruncated(): RolloutFilter {
  return (rollouts) => rollouts.map(({ truncated }) => !truncated)
}

/**
 * Keeps answers of at most so many tokens, prompt not counted.
 * @throws BanyanError E_ADVANTAGE_OPTION for a number below 1.
 */
export function notLonger(tokens: number): RolloutFilter {
  if (!(tokens >= 1))
    throw new BanyanError('E_ADVANTAGE_OPTION', 'notLonger: the number of tokens is out of range', {
      seen: tokens,
      wanted: 'a number from 1',
    })
  return (rollouts) => rollouts.map((rollout) => rollout.tokens.length - rollout.promptLength <= tokens)
}

/**
 * Drops some of a group's answers below its mean, by chance, where they outnumber those that are not below it, until both are as many (RED-Drop,
 * arXiv:2509.24203). Give it to `drop`, so that means are of those that are kept. Groups without an answer above their mean are kept whole.
 *
 * @param random the draws; the same rollouts in the same order with the same stream give the same choice.
 * @param options `reward`: name of the reward, default `outcome`.
 */
export function balanced(random: Random, { reward = 'outcome' }: { readonly reward?: string } = {}): RolloutFilter {
  return (rollouts) => {
    const kept = rollouts.map(() => true)
    for (const members of membersOf(rollouts.map(({ group }) => group))) {
      const mean = meanOf(members.map((at) => rewardOf(rollouts[at]!, reward)))
      const below = members.filter((at) => rewardOf(rollouts[at]!, reward) < mean)
      const surplus = below.length - (members.length - below.length)
      if (surplus > 0) for (const at of random.shuffled(below).slice(0, surplus)) kept[at] = false
    }
    return kept
  }
}

/** @throws BanyanError E_ADVANTAGE_INPUT when the rollout has no such reward. */
export function rewardOf({ id, rewards }: Rollout, name: string): number {
  const reward = rewards[name]
  if (reward !== undefined) return reward
  throw new BanyanError('E_ADVANTAGE_INPUT', `rollout ${JSON.stringify(id)} has no such reward`, {
    seen: name,
    wanted: Object.keys(rewards).join(', ') || 'rewards (it has none)',
  })
}
