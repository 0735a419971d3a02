// Advantages of rollouts by their groups: filter, normalise, mask. What `policyOptimisation` takes as `advantages`.
import type { Rollout } from '../rollouts/rollout.ts'
import { type RolloutFilter, rewardOf } from './filters.ts'
import { groupStd, type Normaliser } from './normalisers.ts'

/** Options of `groupAdvantages`. */
export interface GroupAdvantagesOptions {
  /** Default `groupStd()`: GRPO's. */
  readonly normaliser?: Normaliser
  /** Name of the reward. Default `outcome`. */
  readonly reward?: string
  /** Rollouts that a filter does not keep are gone before means are taken. Default: none. */
  readonly drop?: readonly RolloutFilter[]
  /** Rollouts that a filter does not keep are in the means, and not learnt from. Default: none. */
  readonly mask?: readonly RolloutFilter[]
}

/**
 * One advantage for each rollout, for all of its tokens; undefined for those that are left out.
 *
 * @throws BanyanError E_ADVANTAGE_INPUT for a rollout without the reward.
 * @example
 * groupAdvantages(rollouts, { normaliser: groupMeanBatchStd(), drop: [mixedGroups()], mask: [notTruncated()] })
 */
export function groupAdvantages(
  rollouts: readonly Rollout[],
  { normaliser = groupStd(), reward = 'outcome', drop = [], mask = [] }: GroupAdvantagesOptions = {},
): (number | undefined)[] {
  const kept = passed(rollouts, drop)
  const found = normaliser(
    kept.map((rollout) => rewardOf(rollout, reward)),
    kept.map(({ group }) => group),
  )
  const advantages = new Map(kept.map((rollout, at) => [rollout, found[at]!]))
  const learnt = new Set(passed(rollouts, mask))
  return rollouts.map((rollout) => (learnt.has(rollout) ? advantages.get(rollout) : undefined))
}

/** One filter after another, each over what the last one left. */
function passed(rollouts: readonly Rollout[], filters: readonly RolloutFilter[]): readonly Rollout[] {
  return filters.reduce((left, filter) => {
    const kept = filter(left)
    return left.filter((_, at) => kept[at])
  }, rollouts)
}
