// From sequences and steps to tokens: advantages as `perToken` and `policyOptimisation` take them, one number for each token, prompt included.
import { BanyanError } from '../../core/errors.ts'
import type { Rollout } from '../rollouts/rollout.ts'
import { deviationOf, meanOf, scaled } from './normalisers.ts'

/** One number for all tokens of a rollout, one for each of its tokens, or nothing: then it is not learnt from. */
export type Spreadable = number | ArrayLike<number> | undefined

interface Span {
  readonly from: number
  readonly to: number
}

/**
 * Values of spans (steps, segments) at the tokens that the policy chose in them; 0 elsewhere.
 *
 * @param values [spans].
 * @param spans half-open ranges of places. Default: the rollout's steps.
 * @returns [tokens of the rollout].
 * @throws BanyanError E_ADVANTAGE_INPUT unless there is one value for each span.
 * @example
 * spread(rollout, [0.5, -0.5]) // a rollout of two steps
 */
export function spread(
  { id, tokens, actionMask, steps }: Rollout,
  values: ArrayLike<number>,
  spans: readonly Span[] = steps,
): Float32Array {
  if (values.length !== spans.length)
    throw new BanyanError('E_ADVANTAGE_INPUT', `rollout ${JSON.stringify(id)}: there is not one value for each span`, {
      seen: values.length,
      wanted: `${spans.length} values`,
    })
  const out = new Float32Array(tokens.length)
  for (const [at, { from, to }] of spans.entries())
    for (let place = from; place < to; place++) if (actionMask[place] === 1) out[place] = values[at]!
  return out
}

/** One number at all tokens that the policy chose; 0 elsewhere. */
export function spreadOver({ tokens, actionMask }: Rollout, value: number): Float32Array {
  return Float32Array.from(tokens, (_, place) => (actionMask[place] === 1 ? value : 0))
}

/**
 * Advantages with mean 0 and standard deviation 1 over all chosen tokens of all rollouts: so long answers weigh more in both.
 *
 * @param advantages [rollouts] as `policyOptimisation` takes them.
 * @returns [rollouts]: [tokens] each; undefined stays so.
 * @throws BanyanError E_ADVANTAGE_INPUT unless there is one entry for each rollout, of its length.
 */
export function whitened(
  rollouts: readonly Rollout[],
  advantages: readonly Spreadable[],
  { epsilon = 1e-6 }: { readonly epsilon?: number } = {},
): (Float32Array | undefined)[] {
  if (advantages.length !== rollouts.length)
    throw new BanyanError('E_ADVANTAGE_INPUT', 'whitened: there is not one entry for each rollout', {
      seen: advantages.length,
      wanted: `${rollouts.length} entries`,
    })
  const found = rollouts.map((rollout, at) => tokensOf(rollout, advantages[at]))
  const chosen = found.flatMap((values, at) =>
    values === undefined ? [] : [...values].filter((_, place) => rollouts[at]!.actionMask[place] === 1),
  )
  if (chosen.length === 0) return found
  const [mean, deviation] = [meanOf(chosen), deviationOf(chosen)]
  return found.map((values, at) =>
    values?.map((value, place) => (rollouts[at]!.actionMask[place] === 1 ? scaled(value - mean, deviation, epsilon) : 0)),
  )
}

function tokensOf(rollout: Rollout, value: Spreadable): Float32Array | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number') return spreadOver(rollout, value)
  if (value.length === rollout.tokens.length) return Float32Array.from(value)
  throw new BanyanError('E_ADVANTAGE_INPUT', `rollout ${JSON.stringify(rollout.id)}: there is not one advantage for each token`, {
    seen: value.length,
    wanted: `${rollout.tokens.length} advantages, prompt included`,
  })
}
