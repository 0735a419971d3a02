// Generalised advantage estimation, with a discount between tokens and another between steps.
import { BanyanError } from '../../core/errors.ts'

/** How much the future counts. */
export interface Discount {
  /** γ, from 0 to 1. */
  readonly discount: number
  /** λ, from 0 to 1: 0 trusts the values, 1 the rewards. */
  readonly lambda: number
}

/** Options of generalised advantage estimation. */
export interface GaeOptions {
  /** From a token to the next of the same step. Default: no discount, λ as for steps (action decomposition: POAD, arXiv:2405.15821). */
  readonly token?: Discount
  /** From the last token of a step to the first of the next. Default γ 1, λ .95. */
  readonly step?: Discount
  /** The value behind the last token, where the answer was cut: 0 where it ended. Default 0. */
  readonly after?: number
}

/** Of a sequence: all [tokens]. */
export interface Estimated {
  readonly advantages: Float64Array
  /** Advantage + value: what a critic is trained with. */
  readonly returns: Float64Array
}

/**
 * δ_t = r_t + γ V_{t+1} − V_t and A_t = δ_t + γλ A_{t+1} (arXiv:1506.02438, eq. 16), where γ and λ are those of `step` behind the last token of a step
 * and those of `token` elsewhere. With both alike it is GAE over tokens, and an action's value depends on how many tokens it has; without discount
 * within steps it does not.
 *
 * @param rewards [tokens]: what came with each token.
 * @param values [tokens]: the value before each token.
 * @param stepEnds [tokens]: 1 at the last token of a step.
 * @throws BanyanError E_ADVANTAGE_INPUT unless all have one length and are finite; E_ADVANTAGE_OPTION for discounts out of range.
 * @example
 * gae([0, 0, 1], [0.2, 0.4, 0.6], [0, 1, 1], { step: { discount: 0.95, lambda: 0.95 } })
 */
export function gae(
  rewards: ArrayLike<number>,
  values: ArrayLike<number>,
  stepEnds: ArrayLike<number>,
  options: GaeOptions = {},
): Estimated {
  const { step = { discount: 1, lambda: 0.95 }, after = 0 } = options
  const { token = { discount: 1, lambda: step.lambda } } = options
  for (const [name, value] of Object.entries({ ...named('token', token), ...named('step', step) }))
    if (!(value >= 0 && value <= 1))
      throw new BanyanError('E_ADVANTAGE_OPTION', `gae: ${name} is out of range`, { seen: value, wanted: 'a number from 0 to 1' })
  const tokens = rewards.length
  for (const [name, array] of Object.entries({ values, stepEnds }))
    if (array.length !== tokens)
      throw new BanyanError('E_ADVANTAGE_INPUT', `gae: ${name} has another length`, { seen: array.length, wanted: `${tokens} entries` })
  const advantages = new Float64Array(tokens)
  const returns = new Float64Array(tokens)
  let [nextValue, nextAdvantage] = [after, 0]
  for (let at = tokens - 1; at >= 0; at--) {
    const { discount, lambda } = stepEnds[at] ? step : token
    const value = values[at]!
    if (!Number.isFinite(rewards[at]! + value + nextValue))
      throw new BanyanError('E_ADVANTAGE_INPUT', `gae: token ${at} has no finite reward and value`, {
        seen: [rewards[at], value, nextValue],
      })
    nextAdvantage = rewards[at]! + discount * nextValue - value + discount * lambda * nextAdvantage
    nextValue = value
    advantages[at] = nextAdvantage
    returns[at] = nextAdvantage + value
  }
  return { advantages, returns }
}

function named(name: string, { discount, lambda }: Discount): Record<string, number> {
  return { [`${name}.discount`]: discount, [`${name}.lambda`]: lambda }
}
