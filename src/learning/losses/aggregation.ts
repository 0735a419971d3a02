// How losses of tokens become one number: what each token weighs. A piece of policy losses. With answers of one length all of them agree.

import { BanyanError } from '../../core/errors.ts'
import { wantOption } from './loss.ts'
import type { PolicyBatch } from './policy-batch.ts'
import { segmentLengths } from './segments.ts'

/** Which token belongs where, and how much it counts. */
export type TokenLayout = Pick<PolicyBatch, 'sequences' | 'groups' | 'weights'>

/** [tokens] weights; the loss is Σ weight · loss of the token. */
export type Aggregation = (layout: TokenLayout) => Float32Array

/**
 * The mean over all tokens of the batch (DAPO, arXiv:2503.14476, eq. 12, over the whole batch; Lite PPO, arXiv:2508.08221). Long
 * answers weigh more.
 *
 * @param options `tokens`: how many there are in all, where the batch comes in parts.
 */
export function tokenMean({ tokens }: { readonly tokens?: number } = {}): Aggregation {
  return ({ sequences, weights }) => {
    const all = tokens ?? (weights === undefined ? sequences.length : weights.reduce((sum, weight) => sum + weight, 0))
    wantSome('tokenMean', all)
    return Float32Array.from(sequences, (_, at) => (weights?.[at] ?? 1) / all)
  }
}

/**
 * The mean over sequences of the means over their tokens (GRPO, arXiv:2402.03300, eq. 3). Tokens of short answers weigh more. Sequences in
 * which no token counts are in no mean.
 *
 * @param options `sequences`: how many there are in all, where the batch comes in parts.
 */
export function sequenceMean({ sequences: given }: { readonly sequences?: number } = {}): Aggregation {
  return ({ sequences, groups, weights }) => {
    const lengths = segmentLengths(sequences, groups.length, weights)
    const all = given ?? lengths.reduce((count, length) => count + (length > 0 ? 1 : 0), 0)
    wantSome('sequenceMean', all)
    return Float32Array.from(sequences, (sequence, at) => tokenShare(weights?.[at] ?? 1, lengths[sequence]!, all))
  }
}

/**
 * The mean over groups of the means over all tokens of their sequences (DAPO, arXiv:2503.14476, eq. 12, as it is written for one prompt).
 * @param options `groups`: how many there are in all, where the batch comes in parts.
 */
export function groupTokenMean({ groups: given }: { readonly groups?: number } = {}): Aggregation {
  return ({ sequences, groups, weights }) => {
    const lengths = new Float64Array(Math.max(0, ...groups) + 1)
    for (const [at, sequence] of sequences.entries()) lengths[groups[sequence]!]! += weights?.[at] ?? 1
    const all = given ?? lengths.reduce((count, length) => count + (length > 0 ? 1 : 0), 0)
    wantSome('groupTokenMean', all)
    return Float32Array.from(sequences, (sequence, at) => tokenShare(weights?.[at] ?? 1, lengths[groups[sequence]!]!, all))
  }
}

/**
 * The sum over tokens, divided by the number of sequences and one length for all (Dr. GRPO, arXiv:2503.20783, section 3.2): a token weighs the
 * same, however long its answer and its batch are.
 *
 * @param options `length`: tokens, above 0, such as the most that an answer may have; `sequences`: how many there are in all, where the batch
 * comes in parts.
 * @throws BanyanError E_LOSS_OPTION for a length that is not above 0.
 */
export function constantLength({ length, sequences: given }: { readonly length: number; readonly sequences?: number }): Aggregation {
  wantOption('constantLength', 'length', length, Number.MIN_VALUE)
  return ({ sequences, groups, weights }) => {
    const all = given ?? groups.length
    wantSome('constantLength', all)
    return Float32Array.from(sequences, (_, at) => (weights?.[at] ?? 1) / (length * all))
  }
}

function tokenShare(weight: number, length: number, all: number): number {
  return weight === 0 ? 0 : weight / (length * all)
}

function wantSome(name: string, count: number): void {
  if (!(count > 0)) throw new BanyanError('E_LOSS_EMPTY', `${name}: no token counts`, { seen: count, wanted: 'a weight above 0' })
}
