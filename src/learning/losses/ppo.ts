// Proximal policy optimisation: several steps with the same rollouts, held near to the policy that sampled them. Minibatches are the caller's.
import type { Tape } from '../tensor/tape.ts'
import { type ClipOptions, ratioClip } from './clip.ts'
import type { Loss } from './loss.ts'
import type { PolicyBatch } from './policy-batch.ts'
import { type PolicyLossOptions, policyLoss } from './policy-loss.ts'

/**
 * PPO (arXiv:1707.06347, eq. 7): −min(ratio · A, clip(ratio) · A), the mean over all tokens. In the first step after sampling all ratios are 1,
 * and no clip acts. A critic is trained beside it with `regression`, entropy is a term.
 *
 * @param options `low` .2, `high` as `low`, no `dual` clip, aggregation `tokenMean()`, no terms. Lite PPO (arXiv:2508.08221) is this with
 * advantages by `groupMeanBatchStd`.
 * @returns as `policyLoss`.
 * @throws BanyanError as `policyLoss` and `ratioClip`.
 * @example
 * tape.backward(ppo(tape, batch, { low: 0.2, high: 0.28, dual: 3 }).loss)
 */
export function ppo(tape: Tape, batch: PolicyBatch, { low, high, dual, ...pieces }: ClipOptions & PolicyLossOptions = {}): Loss {
  const clip = { ...(low !== undefined && { low }), ...(high !== undefined && { high }), ...(dual !== undefined && { dual }) }
  return policyLoss(tape, batch, { surrogate: ratioClip(clip), ...pieces })
}
