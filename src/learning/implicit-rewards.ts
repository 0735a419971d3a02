// What a policy that was trained by preferences thinks of each token, beside the policy that it began with.
import type { CausalNet } from './nets/causal-net.ts'
import { scorer } from './nets/scorer.ts'
import type { Kernels } from './tensor/kernels.ts'

/** Options of `implicitRewards`. */
export interface ImplicitRewardsOptions {
  readonly policy: CausalNet
  readonly reference: CausalNet
  /** That of the training, above 0. Default .1. */
  readonly beta?: number
  readonly kernels?: Kernels
}

/** A text whose tokens are looked at. */
export interface JudgedText {
  /** Prompt and answer. */
  readonly tokens: ArrayLike<number>
  /** The first that is looked at, from 1. */
  readonly from: number
}

/**
 * β log(π(token) / ρ(token)) for each token from `from` on: the advantage of that token, up to a potential of states
 * (From r to Q*, arXiv:2404.12358, eq. 7 and section 5.1). Wrong tokens have the lowest.
 *
 * @returns [tokens] for each text; 0 before `from`.
 * @throws BanyanError what scoring throws.
 * @example
 * const [rewards] = implicitRewards([{ tokens, from: promptLength }], { policy, reference })
 */
export function implicitRewards(texts: readonly JudgedText[], options: ImplicitRewardsOptions): Float64Array[] {
  const { policy, reference, beta = 0.1, kernels } = options
  const [ours, theirs] = [policy, reference].map((net) => scorer(net, kernels === undefined ? {} : { kernels }).score(texts)) as [
    ReturnType<ReturnType<typeof scorer>['score']>,
    ReturnType<ReturnType<typeof scorer>['score']>,
  ]
  return texts.map((_, at) => Float64Array.from(ours[at]!.logProbs, (logProb, token) => beta * (logProb - theirs[at]!.logProbs[token]!)))
}
