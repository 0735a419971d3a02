// Advantages and rewards bent a little: for exploration, for successes, against answers that are too long.
import { BanyanError } from '../../core/errors.ts'

/**
 * A + min(λ H, |A| / κ) of each token: where the policy was undecided it is told so, but never against the sign of A (arXiv:2506.14758; λ .4, κ 2).
 *
 * @param advantages [tokens].
 * @param entropies [tokens] in nats; they get no gradient.
 * @param options `weight` λ from 0, default .4; `cap` κ above 1, default 2.
 * @throws BanyanError E_ADVANTAGE_OPTION for options out of range; E_ADVANTAGE_INPUT unless both have one length.
 */
export function entropyShaped(
  advantages: ArrayLike<number>,
  entropies: ArrayLike<number>,
  { weight = 0.4, cap = 2 }: { readonly weight?: number; readonly cap?: number } = {},
): Float32Array {
  wantAtLeast('entropyShaped', 'weight', weight, 0)
  if (!(cap > 1))
    throw new BanyanError('E_ADVANTAGE_OPTION', 'entropyShaped: cap is out of range', { seen: cap, wanted: 'a number above 1' })
  if (entropies.length !== advantages.length)
    throw new BanyanError('E_ADVANTAGE_INPUT', 'entropyShaped: there is not one entropy for each advantage', {
      seen: entropies.length,
      wanted: `${advantages.length} entropies`,
    })
  return Float32Array.from(advantages, (advantage, at) => advantage + Math.min(weight * entropies[at]!, Math.abs(advantage) / cap))
}

/**
 * A · exp(A / T) of each sequence: successes count more, failures less (RED-Weight, arXiv:2509.24203; T 1).
 * @throws BanyanError E_ADVANTAGE_OPTION for a temperature that is not above 0.
 */
export function successWeighted(advantages: ArrayLike<number>, { temperature = 1 }: { readonly temperature?: number } = {}): Float64Array {
  wantAtLeast('successWeighted', 'temperature', temperature, Number.MIN_VALUE)
  return Float64Array.from(advantages, (advantage) => advantage * Math.exp(advantage / temperature))
}

/**
 * What is added to the reward of an answer by its length: 0 up to limit − buffer, then falling to −1 at the limit and beyond (DAPO's soft overlong
 * punishment, arXiv:2503.14476, eq. 13).
 *
 * @param tokens of the answer.
 * @param options `limit` tokens that an answer may have; `buffer` before it, above 0 and up to the limit.
 * @throws BanyanError E_ADVANTAGE_OPTION for options out of range.
 */
export function overlongPenalty(tokens: number, { limit, buffer }: { readonly limit: number; readonly buffer: number }): number {
  if (!(buffer > 0 && buffer <= limit))
    throw new BanyanError('E_ADVANTAGE_OPTION', 'overlongPenalty: the buffer is out of range', {
      seen: buffer,
      wanted: `a number above 0, up to ${limit}`,
    })
  return Math.max(-1, Math.min(0, (limit - buffer - tokens) / buffer))
}

function wantAtLeast(name: string, option: string, seen: number, least: number): void {
  if (!(seen >= least))
    throw new BanyanError('E_ADVANTAGE_OPTION', `${name}: ${option} is out of range`, { seen, wanted: `a number from ${least}` })
}
