// Advantages of a whole rollout by its critic's values.
import { BanyanError } from '../../core/errors.ts'
import type { Rollout } from '../rollouts/rollout.ts'
import { rewardOf } from './filters.ts'
import { type GaeOptions, gae } from './gae.ts'

/**
 * Advantages of one rollout by `gae`, over the tokens that the policy chose: what tools wrote is passed over. A step's reward comes with its last
 * chosen token (or the last before it), `outcome` with the last of all.
 *
 * @param values [tokens, prompt included]: the value before each token.
 * @param options of `gae`; `reward`: name of the reward at the end, default `outcome`.
 * @returns [tokens] each, 0 where nothing was chosen.
 * @throws BanyanError E_ADVANTAGE_INPUT unless there is a value for each token, and a reward; E_ADVANTAGE_OPTION as `gae`.
 * @example
 * const { advantages, returns } = rolloutGae(rollout, values, { step: { discount: 0.95, lambda: 0.95 } })
 */
export function rolloutGae(
  rollout: Rollout,
  values: ArrayLike<number>,
  { reward = 'outcome', ...options }: GaeOptions & { readonly reward?: string } = {},
): { readonly advantages: Float32Array; readonly returns: Float32Array } {
  const { id, tokens, actionMask, steps } = rollout
  if (values.length !== tokens.length)
    throw new BanyanError('E_ADVANTAGE_INPUT', `rollout ${JSON.stringify(id)}: there is not one value for each token`, {
      seen: values.length,
      wanted: `${tokens.length} values, prompt included`,
    })
  const places = [...tokens.keys()].filter((place) => actionMask[place] === 1)
  const [rewards, ends] = [new Float64Array(places.length), new Uint8Array(places.length)]
  for (const step of steps) {
    const last = places.findLastIndex((place) => place < step.to)
    if (last === -1) continue
    if (places[last]! >= step.from) ends[last] = 1
    rewards[last]! += step.reward ?? 0
  }
  if (places.length > 0) {
    rewards[places.length - 1]! += rewardOf(rollout, reward)
    ends[places.length - 1] = 1
  }
  const found = gae(
    rewards,
    places.map((place) => values[place]!),
    ends,
    options,
  )
  const [advantages, returns] = [new Float32Array(tokens.length), new Float32Array(tokens.length)]
  for (const [at, place] of places.entries()) {
    advantages[place] = found.advantages[at]!
    returns[place] = found.returns[at]!
  }
  return { advantages, returns }
}
