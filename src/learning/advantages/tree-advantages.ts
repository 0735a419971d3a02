// Advantages in trees of rollouts: each leaf against the leaves with which it shares a beginning, from the whole group down to its own siblings.
import { BanyanError } from '../../core/errors.ts'
import type { Rollout } from '../rollouts/rollout.ts'
import { rewardOf } from './filters.ts'
import { checkRewards, meanOf, membersOf } from './normalisers.ts'

/** Where leaves hang: [leaves] lists of segments from the root. */
type Ancestors = readonly (readonly string[])[]

/** How the depths of a tree are weighed. */
export interface TreeOptions {
  /**
   * How the depths are averaged: all alike (`plain`), or each by the number of leaves that it compares (`size`). Default `plain`.
   */
  readonly average?: 'plain' | 'size'
}

/**
 * A_i = the mean over depths j of r_i − mean{ r of leaves that share the first j segments with i } (TreePO, arXiv:2508.17445). Depth 0
 * is the whole group and always counts; deeper groups of one leaf are left out. A first segment that all leaves of a group share is the root, and
 * is depth 0. Nothing is divided by a standard deviation within groups: `whitened` does it over the batch's tokens.
 *
 * @param rewards [leaves].
 * @param groups [leaves]: which tree each leaf is in.
 * @param ancestors [leaves]: segments from the root to the leaf, the last its own.
 * @returns [leaves].
 * @throws BanyanError E_ADVANTAGE_INPUT when the arrays do not fit.
 * @example
 * leafAdvantages([1, 0, 0], ['t', 't', 't'], [['a', 'x'], ['a', 'y'], ['b']])
 */
export function leafAdvantages(
  rewards: ArrayLike<number>,
  groups: ArrayLike<string | number>,
  ancestors: Ancestors,
  { average = 'plain' }: TreeOptions = {},
): Float64Array {
  checkTree(rewards, groups, ancestors)
  const out = new Float64Array(rewards.length)
  for (const leaves of membersOf(groups)) {
    const compared = leaves.map(() => ({ sum: 0, weight: 0 }))
    for (const [depth, subgroups] of depthsOf(leaves, ancestors).entries())
      for (const subgroup of subgroups) {
        if (depth > 0 && subgroup.length === 1) continue
        const mean = meanOf(subgroup.map((leaf) => rewards[leaf]!))
        const weight = average === 'plain' ? 1 : subgroup.length
        for (const leaf of subgroup) {
          const one = compared[leaves.indexOf(leaf)]!
          one.sum += weight * (rewards[leaf]! - mean)
          one.weight += weight
        }
      }
    for (const [at, leaf] of leaves.entries()) out[leaf] = compared[at]!.sum / compared[at]!.weight
  }
  return out
}

/**
 * The same for rollouts: one advantage for each.
 *
 * @param options `reward`: name of the reward, default `outcome`; `average` as in `leafAdvantages`.
 * @throws BanyanError E_ADVANTAGE_INPUT for a rollout without the reward.
 * @example
 * treeAdvantages(rollouts, { average: 'size' })
 */
export function treeAdvantages(
  rollouts: readonly Rollout[],
  { reward = 'outcome', ...options }: TreeOptions & { readonly reward?: string } = {},
): number[] {
  const rewards = rollouts.map((rollout) => rewardOf(rollout, reward))
  return [
    ...leafAdvantages(
      rewards,
      rollouts.map(({ group }) => group),
      rollouts.map(({ ancestors }) => ancestors),
      options,
    ),
  ]
}

/**
 * Advantages of segments out of those of leaves: the mean over the leaves below, so that what many leaves share is learnt from all of them, and
 * once a leaf (TreeAdv, arXiv:2601.03703; Dynamic-TreeRPO, arXiv:2509.23352, has it for transitions of images). `spread` brings them to tokens.
 *
 * @param advantages [leaves].
 * @param groups [leaves]: which tree each leaf is in.
 * @param ancestors [leaves]: segments from the root to the leaf, the last its own.
 * @returns [leaves]: an advantage for each of the leaf's segments.
 * @throws BanyanError E_ADVANTAGE_INPUT when the arrays do not fit.
 */
export function segmentAdvantages(advantages: ArrayLike<number>, groups: ArrayLike<string | number>, ancestors: Ancestors): Float64Array[] {
  checkTree(advantages, groups, ancestors)
  const out = ancestors.map(({ length }) => new Float64Array(length))
  for (const leaves of membersOf(groups))
    for (const [depth, subgroups] of prefixesOf(leaves, ancestors).entries())
      for (const subgroup of subgroups) {
        const mean = meanOf(subgroup.map((leaf) => advantages[leaf]!))
        for (const leaf of subgroup) out[leaf]![depth] = mean
      }
  return out
}

/** Depth 0 is the whole tree; deeper ones part it by common beginnings. */
function depthsOf(leaves: readonly number[], ancestors: Ancestors): number[][][] {
  const prefixes = prefixesOf(leaves, ancestors)
  const rooted = prefixes[0]?.length === 1 && prefixes[0][0]!.length === leaves.length
  return [[[...leaves]], ...(rooted ? prefixes.slice(1) : prefixes)]
}

/** At place j the leaves that have j + 1 segments or more, parted by these. */
function prefixesOf(leaves: readonly number[], ancestors: Ancestors): number[][][] {
  const levels: number[][][] = []
  let level = [[...leaves]]
  for (let depth = 0; level.length > 0; depth++) {
    level = level.flatMap((subgroup) => {
      const longer = subgroup.filter((leaf) => ancestors[leaf]!.length > depth)
      return membersOf(longer.map((leaf) => ancestors[leaf]![depth]!)).map((members) => members.map((at) => longer[at]!))
    })
    if (level.length > 0) levels.push(level)
  }
  return levels
}

function checkTree(rewards: ArrayLike<number>, groups: ArrayLike<string | number>, ancestors: Ancestors): void {
  checkRewards(rewards, groups)
  if (ancestors.length !== rewards.length)
    throw new BanyanError('E_ADVANTAGE_INPUT', 'there is not one list of ancestors for each leaf', {
      seen: ancestors.length,
      wanted: `${rewards.length} lists`,
    })
}
