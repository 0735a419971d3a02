// How far a policy may move from the one that sampled: clips of the ratio, a piece of policy losses.
import { BanyanError } from '../../core/errors.ts'
import { affine, clamp, maximum, minimum, multiply } from '../tensor/operations/arithmetic.ts'
import type { Tape } from '../tensor/tape.ts'
import { constant, type Tensor } from '../tensor/tensor.ts'
import { wantOption } from './loss.ts'
import { sequenceRatio, tokenRatio } from './ratio.ts'
import type { Surrogate, SurrogateLosses } from './surrogate.ts'

/** Bounds of the ratio. */
export interface ClipOptions {
  /** The ratio gains nothing below 1 − low; from 0 to 1. */
  readonly low?: number
  /** Nor above 1 + high; from 0. */
  readonly high?: number
  /** Tokens with an advantage below 0 lose nothing more above this ratio: from 1 + high. Default: no such bound. */
  readonly dual?: number
}

/** −ratio · A: importance sampling without any bound (arXiv:1707.06347, eq. 6). */
export function noClip(): Surrogate {
  return (tape, batch) => {
    const ratio = tokenRatio(tape, batch)
    const losses = affine(tape, multiply(tape, ratio, constant(ratio.shape, batch.advantages)), -1)
    return { losses, ratios: ratio.data, cut: new Uint8Array(ratio.data.length) }
  }
}

/**
 * −min(ratio · A, clip(ratio, 1 − low, 1 + high) · A) of each token (PPO, arXiv:1707.06347, eq. 7). With a higher `high` than `low` it is
 * clip-higher (DAPO, arXiv:2503.14476, eq. 10: .2 and .28); with `dual` the loss for A < 0 is at most −dual · A (arXiv:1912.09729, eq. 5: 3).
 *
 * @param options `low` .2, `high` as `low`, no `dual`.
 * @throws BanyanError E_LOSS_OPTION for bounds out of range.
 * @example
 * policyLoss(tape, batch, { surrogate: ratioClip({ low: 0.2, high: 0.28 }) })
 */
export function ratioClip({ low = 0.2, high = low, dual }: ClipOptions = {}): Surrogate {
  const bounds = checked('ratioClip', { low, high, dual })
  return (tape, batch) => clipped(tape, tokenRatio(tape, batch), batch.advantages, bounds)
}

/**
 * The same of the ratio of whole sequences: all tokens of a sequence are clipped, or none (GSPO, arXiv:2507.18071, eqs. 5 and 7). For the paper's
 * loss take the mean over sequences, and one advantage for each sequence.
 *
 * @param options `low` 3e-4, `high` 4e-4 as in the paper's section 5.1; ratios of sequences are nearer to 1 than those of tokens.
 * @throws BanyanError E_LOSS_OPTION for bounds out of range.
 */
export function sequenceClip({ low = 3e-4, high = 4e-4, dual }: ClipOptions = {}): Surrogate {
  const bounds = checked('sequenceClip', { low, high, dual })
  return (tape, batch) => clipped(tape, sequenceRatio(tape, batch), batch.advantages, bounds)
}

interface Bounds {
  readonly low: number
  readonly high: number
  readonly dual: number | undefined
}

function clipped(tape: Tape, ratio: Tensor, advantages: Float32Array, { low, high, dual }: Bounds): SurrogateLosses {
  const given = constant(ratio.shape, advantages)
  const free = affine(tape, multiply(tape, ratio, given), -1)
  const bound = affine(tape, multiply(tape, clamp(tape, ratio, 1 - low, 1 + high), given), -1)
  let losses = maximum(tape, free, bound)
  if (dual !== undefined) {
    const most = advantages.map((advantage) => (advantage < 0 ? -dual * advantage : 3e38))
    losses = minimum(tape, losses, constant(ratio.shape, most))
  }
  const cut = Uint8Array.from(advantages, (advantage, at) => {
    const now = ratio.data[at]!
    if (advantage > 0) return now > 1 + high ? 1 : 0
    return advantage < 0 && (now < 1 - low || now > (dual ?? Number.POSITIVE_INFINITY)) ? 1 : 0
  })
  return { losses, ratios: ratio.data, cut }
}

function checked(name: string, bounds: Bounds): Bounds {
  const { low, high, dual } = bounds
  wantOption(name, 'low', low, 0, 1)
  wantOption(name, 'high', high, 0)
  if (dual !== undefined && !(dual >= 1 + high))
    throw new BanyanError('E_LOSS_OPTION', `${name}: dual is out of range`, { seen: dual, wanted: `a number from 1 + high, ${1 + high}` })
  return bounds
}
