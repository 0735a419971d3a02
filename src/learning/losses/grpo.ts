// Group relative policy optimisation, and with other pieces its kin.
import type { Tape } from '../tensor/tape.ts'
import { sequenceMean } from './aggregation.ts'
import { ratioClip } from './clip.ts'
import { klTerm } from './kl.ts'
import { type Loss, wantOption } from './loss.ts'
import type { PolicyBatch } from './policy-batch.ts'
import { type PolicyLossOptions, policyLoss } from './policy-loss.ts'
import type { Surrogate } from './surrogate.ts'

/** Options of GRPO's loss. */
export interface GrpoOptions extends PolicyLossOptions {
  /** Default `ratioClip()`. */
  readonly clip?: Surrogate
  /** Weight of k3 to the reference, from 0 (the paper takes .04). Default 0: no reference is needed. */
  readonly kl?: number
}

/**
 * GRPO (arXiv:2402.03300, eq. 3): PPO's clip, the mean over sequences of the means over their tokens, and a KL term to the reference.
 *
 * | method | advantages | clip | aggregation |
 * |---|---|---|---|
 * | GRPO | `groupStd` | `ratioClip()`, `kl` .04 | `sequenceMean()` |
 * | Dr. GRPO (arXiv:2503.20783) | `groupMean` | `ratioClip()` | `constantLength({ length })` |
 * | DAPO (arXiv:2503.14476) | `groupStd`, `mixedGroups` kept | `ratioClip({ low: .2, high: .28 })` | `groupTokenMean()` |
 * | GSPO (arXiv:2507.18071) | `groupStd` | `sequenceClip()` | `sequenceMean()` |
 * | TreePO (arXiv:2508.17445) | `treeAdvantages`, `whitened` | `ratioClip({ low: .2, high: .28 })` | `tokenMean()` |
 *
 * @returns as `policyLoss`.
 * @throws BanyanError as `policyLoss`; E_LOSS_BATCH when `kl` is above 0 and the batch has no reference.
 * @example
 * tape.backward(grpo(tape, batch, { kl: 0.04 }).loss)
 */
export function grpo(
  tape: Tape,
  batch: PolicyBatch,
  { clip = ratioClip(), kl = 0, aggregation = sequenceMean(), terms = [] }: GrpoOptions = {},
): Loss {
  wantOption('grpo', 'kl', kl, 0)
  return policyLoss(tape, batch, { surrogate: clip, aggregation, terms: kl > 0 ? [klTerm({ weight: kl }), ...terms] : terms })
}
