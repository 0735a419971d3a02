// What is worth telling of an update of a policy: entropy, clipping, divergence, groups and tokens that taught something. Sums over the
// minibatches of an update; it computes no loss and writes nothing.
import { BanyanError } from '../../core/errors.ts'

/** Chosen tokens of a batch. All arrays are [tokens]; log-probabilities in nats. */
export interface TokenTelemetry {
  /** Under the policy as it is before the step. */
  readonly logProbs: ArrayLike<number>
  /** Under the policy that sampled them. */
  readonly sampledLogProbs: ArrayLike<number>
  /** Under the frozen reference policy, where there is one. */
  readonly referenceLogProbs?: ArrayLike<number>
  /** Of the policy's distribution at each place, where they were computed. */
  readonly entropies?: ArrayLike<number>
  readonly advantages: ArrayLike<number>
  /** Bounds of the ratio, as far below and above 1. Default: nothing is clipped. */
  readonly clip?: { readonly low: number; readonly high: number }
}

/** Numbers of an update. What was not told is not there. */
export type TelemetryValues = Readonly<Record<TelemetryName, number | undefined>>

/** What is told of each update. */
export const telemetryNames = [
  /** Mean over chosen tokens, in nats. */
  'entropy',
  /** Mean over the steps of the update, before clipping. */
  'gradientNorm',
  /** Share of tokens whose ratio is beyond the bound that their advantage runs into: they get no gradient. */
  'clipFraction',
  /** KL(sampling policy ‖ policy) a token: the mean of ratio − 1 − log ratio (k3 of Schulman, "Approximating KL divergence", 2020). */
  'kl',
  /** KL(policy ‖ reference) a token, by the same estimator; exact in expectation only for tokens that the policy itself sampled. */
  'referenceKl',
  /** Share of groups whose sequences got different rewards. */
  'mixedGroups',
  /** Tokens whose advantage is not 0. */
  'effectiveTokens',
] as const
/** One of `telemetryNames`. */
export type TelemetryName = (typeof telemetryNames)[number]

/** Gathers the numbers of one update. */
export interface PolicyTelemetry {
  /** @throws BanyanError E_TELEMETRY when arrays are not of one length. */
  addTokens(tokens: TokenTelemetry): void
  /**
   * @param rewards [sequences].
   * @param groups [sequences]: which group each belongs to. A group is told at once, not in parts.
   * @throws BanyanError E_TELEMETRY when the arrays are not of one length.
   */
  addGroups(rewards: ArrayLike<number>, groups: ArrayLike<number>): void
  /** What the optimizer saw in one step. */
  addStep(report: { readonly gradientNorm: number }): void
  values(): TelemetryValues
}

/**
 * The telemetry of one update.
 *
 * @example
 * const update = policyTelemetry()
 * update.addGroups(rewards, groups)
 * for (const batch of minibatches) {
 *   update.addTokens({ logProbs, sampledLogProbs, advantages, entropies, clip: { low: 0.2, high: 0.2 } })
 *   update.addStep(optimizer.step(rate))
 * }
 * log.append({ step, tokens, ...update.values() })
 */
export function policyTelemetry(): PolicyTelemetry {
  const entropy = meanOf()
  const gradientNorm = meanOf()
  const clipFraction = meanOf()
  const kl = meanOf()
  const referenceKl = meanOf()
  const mixedGroups = meanOf()
  let effectiveTokens: number | undefined
  return {
    addTokens({ logProbs, sampledLogProbs, referenceLogProbs, entropies, advantages, clip }) {
      const count = logProbs.length
      for (const [name, array] of Object.entries({ sampledLogProbs, referenceLogProbs, entropies, advantages }))
        if (array !== undefined && array.length !== count) throw lengthError(name, array.length, `${count} numbers, as many as logProbs`)
      effectiveTokens ??= 0
      for (let at = 0; at < count; at++) {
        const ratio = Math.exp(logProbs[at]! - sampledLogProbs[at]!)
        const advantage = advantages[at]!
        kl.add(k3(logProbs[at]! - sampledLogProbs[at]!))
        if (clip !== undefined)
          clipFraction.add((advantage > 0 && ratio > 1 + clip.high) || (advantage < 0 && ratio < 1 - clip.low) ? 1 : 0)
        if (referenceLogProbs !== undefined) referenceKl.add(k3(referenceLogProbs[at]! - logProbs[at]!))
        if (entropies !== undefined) entropy.add(entropies[at]!)
        if (advantage !== 0) effectiveTokens++
      }
    },
    addGroups(rewards, groups) {
      if (rewards.length !== groups.length) throw lengthError('groups', groups.length, `${rewards.length} numbers, as many as rewards`)
      const first = new Map<number, number>()
      const mixed = new Set<number>()
      for (let at = 0; at < rewards.length; at++) {
        const group = groups[at]!
        if (!first.has(group)) first.set(group, rewards[at]!)
        else if (first.get(group) !== rewards[at]) mixed.add(group)
      }
      for (const group of first.keys()) mixedGroups.add(mixed.has(group) ? 1 : 0)
    },
    addStep: (report) => gradientNorm.add(report.gradientNorm),
    values: () => ({
      entropy: entropy.value(),
      gradientNorm: gradientNorm.value(),
      clipFraction: clipFraction.value(),
      kl: kl.value(),
      referenceKl: referenceKl.value(),
      mixedGroups: mixedGroups.value(),
      effectiveTokens,
    }),
  }
}

/** For tokens drawn from q: an estimate of KL(q ‖ p) out of log p − log q. Never negative, and without bias. */
function k3(logRatio: number): number {
  return Math.expm1(logRatio) - logRatio
}

function meanOf() {
  let [sum, count] = [0, 0]
  return {
    add(value: number): void {
      sum += value
      count++
    },
    value: (): number | undefined => (count === 0 ? undefined : sum / count),
  }
}

function lengthError(name: string, seen: number, wanted: string): BanyanError {
  return new BanyanError('E_TELEMETRY', `telemetry: ${name} has another length`, { seen, wanted })
}
