// A policy loss out of its pieces: a surrogate (with its clip), terms beside it, and how tokens become one number. Advantages and filters come
// before it: they are in the batch already.
import { add } from '../tensor/operations/arithmetic.ts'
import { shapeError } from '../tensor/shape.ts'
import type { Tape } from '../tensor/tape.ts'
import { type Aggregation, tokenMean } from './aggregation.ts'
import { klEstimate } from './kl.ts'
import { checkWeights, type Loss, wantLength, weightedSum } from './loss.ts'
import type { PolicyBatch } from './policy-batch.ts'
import { largestLogRatio } from './ratio.ts'
import { checkSegments } from './segments.ts'
import type { Surrogate } from './surrogate.ts'
import type { Term } from './term.ts'

/** Pieces that all policy losses have. */
export interface PolicyLossOptions {
  /** What each token weighs. */
  readonly aggregation?: Aggregation
  /** Added to the surrogate at each token. Default: none. */
  readonly terms?: readonly Term[]
}

/**
 * Σ_t weight_t · (surrogate_t + Σ terms_t).
 *
 * @param options default aggregation `tokenMean()`.
 * @returns telemetry: `ratioMean` and `ratioMax` of tokens that count, `clipFraction` (share of them that a clip or mask left without gradient),
 * `kl` (to the policy that sampled, k3), `entropy` where the batch has it, `effectiveTokens` (those that count with an advantage that is not 0),
 * `mixedGroups` (share of groups whose advantages are not all the same, by what of them is in this batch), and what the terms tell.
 * @throws BanyanError E_LOSS_BATCH when the batch's arrays do not fit; E_LOSS_EMPTY when nothing counts.
 * @example
 * const { loss } = policyLoss(tape, batch, { surrogate: sequenceClip(), aggregation: sequenceMean(), terms: [klTerm({ weight: 0.01 })] })
 */
export function policyLoss(
  tape: Tape,
  batch: PolicyBatch,
  { surrogate, aggregation = tokenMean(), terms = [] }: PolicyLossOptions & { readonly surrogate: Surrogate },
): Loss {
  checkPolicyBatch(batch)
  const { losses, ratios, cut } = surrogate(tape, batch)
  const extra = terms.map((term) => term(tape, batch))
  const all = extra.reduce((total, term) => add(tape, total, term.losses), losses)
  return {
    loss: weightedSum(tape, all, aggregation(batch)),
    telemetry: {
      ...tokenTelemetry(batch, ratios, cut),
      ...Object.fromEntries(extra.map(({ name, values }) => [name, meanOf(batch, values)])),
    },
  }
}

function tokenTelemetry(batch: PolicyBatch, ratios: ArrayLike<number>, cut: Uint8Array): Record<string, number> {
  const { logProbs, sampledLogProbs, advantages, weights, entropies } = batch
  const kl = logProbs.data.map((logProb, at) => klEstimate('k3', Math.max(sampledLogProbs[at]! - logProb, -largestLogRatio)))
  let [ratioMax, effectiveTokens] = [0, 0]
  for (let at = 0; at < advantages.length; at++) {
    if (weights?.[at] === 0) continue
    ratioMax = Math.max(ratioMax, ratios[at]!)
    if (advantages[at] !== 0) effectiveTokens++
  }
  return {
    ratioMean: meanOf(batch, ratios),
    ratioMax,
    clipFraction: meanOf(batch, cut),
    kl: meanOf(batch, kl),
    ...(entropies !== undefined && { entropy: meanOf(batch, entropies.data) }),
    effectiveTokens,
    mixedGroups: mixedShare(batch),
  }
}

/** Over tokens that count, all alike. */
function meanOf({ weights }: PolicyBatch, values: ArrayLike<number>): number {
  let [sum, count] = [0, 0]
  for (let at = 0; at < values.length; at++) {
    if (weights?.[at] === 0) continue
    sum += values[at]!
    count++
  }
  return sum / count
}

function mixedShare({ advantages, sequences, groups, weights }: PolicyBatch): number {
  const first = new Map<number, number>()
  const mixed = new Set<number>()
  for (const [at, advantage] of advantages.entries()) {
    if (weights?.[at] === 0) continue
    const group = groups[sequences[at]!]!
    if (!first.has(group)) first.set(group, advantage)
    else if (first.get(group) !== advantage) mixed.add(group)
  }
  return mixed.size / first.size
}

function checkPolicyBatch({
  logProbs,
  entropies,
  sampledLogProbs,
  referenceLogProbs,
  advantages,
  sequences,
  groups,
  weights,
}: PolicyBatch): void {
  const tokens = logProbs.data.length
  if (logProbs.shape.length !== 1) throw shapeError('policyLoss', 'logProbs is no row of numbers', logProbs.shape, '[tokens]')
  const arrays = { sampledLogProbs, referenceLogProbs, advantages, sequences, entropies: entropies?.data }
  for (const [name, array] of Object.entries(arrays)) if (array !== undefined) wantLength('policyLoss', name, array.length, tokens)
  checkSegments('policyLoss', sequences, groups.length)
  checkWeights('policyLoss', tokens, weights)
}
