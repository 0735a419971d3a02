// How much better than expected: rewards of sequences against those of their group or batch. A piece of policy losses. It knows no tokens.
import { BanyanError } from '../../core/errors.ts'

/**
 * Advantages of sequences out of their rewards.
 *
 * @param rewards [sequences].
 * @param groups [sequences]: the name or number of each one's group.
 * @returns [sequences].
 */
export type Normaliser = (rewards: ArrayLike<number>, groups: ArrayLike<string | number>) => Float64Array

/** What a normaliser takes away, and what it divides by. */
export interface NormaliserOptions {
  /** What is taken away: the mean of the group, of the batch, of the others of the group, or nothing. */
  readonly centre: 'none' | 'group' | 'batch' | 'others'
  /** By whose standard deviation the rest is divided. Default `none`. */
  readonly scale?: 'none' | 'group' | 'batch'
  /** Whether the batch's deviation is that of rewards, or of what is left when `centre` is gone. Default `rewards`. */
  readonly scaleOf?: 'rewards' | 'centred'
  /** Added to the standard deviation, from 0. Default 1e-6. */
  readonly epsilon?: number
  /** By how much the baseline is lowered, so that everything is learnt a little: τ of REP-AsymRE (arXiv:2509.24203). Default 0. */
  readonly lowered?: number
}

/**
 * (r − centre + lowered) / (std + ε). Standard deviations are unbiased (n − 1), as in TRL and verl. A group of one has nothing to be compared with:
 * its advantage is 0 where `centre` is `group` or `others`; a deviation of less than two numbers counts as 1.
 *
 * @returns a normaliser; it throws BanyanError E_ADVANTAGE_INPUT for rewards that are not finite, or another number of groups.
 * @throws BanyanError E_ADVANTAGE_OPTION for an epsilon below 0.
 * @example
 * normaliser({ centre: 'group', scale: 'batch' })([1, 0, 0, 0], ['a', 'a', 'b', 'b']) // .5, −.5, 0, 0, each / (.5 + 1e-6)
 */
export function normaliser({ centre, scale = 'none', scaleOf = 'rewards', epsilon = 1e-6, lowered = 0 }: NormaliserOptions): Normaliser {
  if (!(epsilon >= 0))
    throw new BanyanError('E_ADVANTAGE_OPTION', 'normaliser: epsilon is out of range', { seen: epsilon, wanted: 'a number from 0' })
  return (rewards, groups) => {
    checkRewards(rewards, groups)
    const all = Array.from(rewards)
    const members = membersOf(groups)
    const out = new Float64Array(all.length)
    const batchMean = meanOf(all)
    for (const at of members) {
      const own = at.map((one) => all[one]!)
      const mean = meanOf(own)
      for (const one of at) out[one] = above(all[one]!, own.length, mean, batchMean) + lowered
    }
    if (scale === 'none') return out
    const batchDeviation = deviationOf(scaleOf === 'rewards' ? all : [...out])
    for (const at of members) {
      const deviation = scale === 'batch' ? batchDeviation : deviationOf(at.map((one) => all[one]!))
      for (const one of at) out[one] = scaled(out[one]!, deviation, epsilon)
    }
    return out
  }

  function above(reward: number, size: number, mean: number, batchMean: number): number {
    if (centre === 'none') return reward
    if (centre === 'batch') return reward - batchMean
    if (centre === 'group') return reward - mean
    // The same as less the mean of the others, and exactly 0 where all are alike.
    return size === 1 ? 0 : ((reward - mean) * size) / (size - 1)
  }
}

/** r as it is: REINFORCE without a baseline. */
export const rawRewards = (): Normaliser => normaliser({ centre: 'none' })

/** r − mean of the group: Dr. GRPO (arXiv:2503.20783, section 3.2). */
export const groupMean = (): Normaliser => normaliser({ centre: 'group' })

/** (r − mean of the group) / std of the group: GRPO (arXiv:2402.03300, section 4.1.2). */
export const groupStd = (): Normaliser => normaliser({ centre: 'group', scale: 'group' })

/** (r − mean of the batch) / std of the batch: REINFORCE++ (arXiv:2501.03262). */
export const batchStd = (): Normaliser => normaliser({ centre: 'batch', scale: 'batch' })

/** (r − mean of the group) / std of the batch: Lite PPO (arXiv:2508.08221). */
export const groupMeanBatchStd = (): Normaliser => normaliser({ centre: 'group', scale: 'batch' })

/** r − mean of the others of the group: RLOO (Kool, van Hoof, Welling 2019; arXiv:2402.14740). It is n / (n − 1) · `groupMean`. */
export const leaveOneOut = (): Normaliser => normaliser({ centre: 'others' })

/** Places of each group's members, groups in the order in which they come. */
export function membersOf(groups: ArrayLike<string | number>): number[][] {
  const members = new Map<string | number, number[]>()
  for (let at = 0; at < groups.length; at++) {
    const list = members.get(groups[at]!)
    if (list === undefined) members.set(groups[at]!, [at])
    else list.push(at)
  }
  return [...members.values()]
}

/** x / (deviation + epsilon); 0 where there is nothing to divide by. */
export function scaled(x: number, deviation: number, epsilon: number): number {
  return deviation + epsilon === 0 ? 0 : x / (deviation + epsilon)
}

/** Exactly the value where all are alike. */
export function meanOf(values: readonly number[]): number {
  if (values.every((value) => value === values[0])) return values[0] ?? Number.NaN
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Unbiased; 1 for less than two values. */
export function deviationOf(values: readonly number[]): number {
  if (values.length < 2) return 1
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

/** @throws BanyanError E_ADVANTAGE_INPUT for rewards that are not finite, or another number of groups. */
export function checkRewards(rewards: ArrayLike<number>, groups: ArrayLike<unknown>): void {
  if (groups.length !== rewards.length)
    throw new BanyanError('E_ADVANTAGE_INPUT', 'there is not one group for each reward', {
      seen: groups.length,
      wanted: `${rewards.length} groups`,
    })
  for (let at = 0; at < rewards.length; at++)
    if (!Number.isFinite(rewards[at]))
      throw new BanyanError('E_ADVANTAGE_INPUT', `reward ${at} is not finite`, { seen: rewards[at], wanted: 'a finite number' })
}
