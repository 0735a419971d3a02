// Rollouts side by side as a net reads them, in batches of about equal work, with the chosen tokens listed as losses want them
// (`PolicyBatch`). Rows are padded at their end: a causal net's earlier places never see it. It computes no loss.
import { BanyanError } from '../../core/errors.ts'
import { checkRollouts } from './check-rollout.ts'
import type { Rollout } from './rollout.ts'

/** Options of packing. */
export interface PackOptions {
  /** Longest sequence that the net reads. */
  readonly context: number
  /** Most places of a batch, padding counted: at least `context`. Default 64 · context. */
  readonly mostPlaces?: number
}

/** Some rollouts as one batch. `tokens` of the arrays below are the chosen ones: sequence after sequence, places in order. */
export interface RolloutBatch {
  /** Rows of the batch, in order. */
  readonly rollouts: readonly Rollout[]
  /** Length of a row: that of the longest, less its last token, which is predicted and never read. */
  readonly length: number
  /** [rollouts · length]: what the net reads, filled up with token 0. */
  readonly read: Int32Array
  /** [tokens]: rows of hidden states, the place before each chosen token. */
  readonly places: Int32Array
  /** [tokens]: the chosen tokens. */
  readonly tokens: Int32Array
  /** [tokens]: their places in their own rollouts. */
  readonly positions: Int32Array
  /** [tokens] under the distribution that they were drawn from. */
  readonly sampledLogProbs: Float32Array
  /** [tokens]: which row each belongs to. */
  readonly sequences: Int32Array
  /** [rollouts]: which group each belongs to, from 0 in the order in which they come. */
  readonly groups: Int32Array
}

/**
 * Puts rollouts into batches: longest first, so that rows of a batch are about as long as each other. The same rollouts in the same order
 * always give the same batches. Rollouts without a chosen token are left out.
 *
 * @throws BanyanError E_ROLLOUT for rollouts that are not whole, or longer than the context; E_ROLLOUT_OPTION for a batch that is too small.
 * @example
 * for (const batch of packRollouts(rollouts, { context: 48 })) {
 *   const hidden = net.hidden(tape, batch.read, batch.rollouts.length)
 *   const { logProbs } = logProbsOf(tape, net, hidden, batch.places, batch.tokens)
 * }
 */
export function packRollouts(rollouts: readonly Rollout[], { context, mostPlaces = 64 * context }: PackOptions): RolloutBatch[] {
  if (!(mostPlaces >= context))
    throw new BanyanError('E_ROLLOUT_OPTION', 'packRollouts: a batch is too small for one sequence', {
      seen: mostPlaces,
      wanted: `at least ${context} places`,
    })
  checkRollouts(rollouts, { context, vocabulary: 2 ** 31 })
  const waiting = rollouts.filter(({ actionMask }) => actionMask.includes(1))
  // Sorting is stable: rollouts of one length stay in order.
  waiting.sort((a, b) => b.tokens.length - a.tokens.length)
  const batches: RolloutBatch[] = []
  while (waiting.length > 0) {
    const length = waiting[0]!.tokens.length - 1
    batches.push(batchOf(waiting.splice(0, Math.max(1, Math.floor(mostPlaces / length)))))
  }
  return batches
}

/**
 * One value for each rollout, or for each token of each, as the batch lists its chosen tokens.
 *
 * @param values of a rollout: a number for all of its tokens, or [tokens of the rollout, prompt included].
 * @throws BanyanError E_ROLLOUT when there is not one value for each token.
 */
export function perToken({ rollouts, positions, sequences }: RolloutBatch, values: (rollout: Rollout) => number | ArrayLike<number>) {
  const of = rollouts.map((rollout) => {
    const found = values(rollout)
    if (typeof found !== 'number' && found.length !== rollout.tokens.length)
      throw new BanyanError('E_ROLLOUT', `rollout ${JSON.stringify(rollout.id)}: there is not one value for each token`, {
        seen: found.length,
        wanted: `${rollout.tokens.length} values, prompt included`,
      })
    return found
  })
  return Float32Array.from(positions, (position, at) => {
    const found = of[sequences[at]!]!
    return typeof found === 'number' ? found : found[position]!
  })
}

function batchOf(rollouts: readonly Rollout[]): RolloutBatch {
  const length = Math.max(...rollouts.map(({ tokens }) => tokens.length)) - 1
  const read = new Int32Array(rollouts.length * length)
  const chosen: { readonly row: number; readonly at: number }[] = []
  const names = new Map<string, number>()
  for (const [row, { tokens, actionMask, promptLength, group }] of rollouts.entries()) {
    read.set(tokens.subarray(0, tokens.length - 1), row * length)
    if (!names.has(group)) names.set(group, names.size)
    for (let at = promptLength; at < tokens.length; at++) if (actionMask[at] === 1) chosen.push({ row, at })
  }
  const whole = (value: (row: number, at: number) => number) => Int32Array.from(chosen, ({ row, at }) => value(row, at))
  return {
    rollouts,
    length,
    read,
    places: whole((row, at) => row * length + at - 1),
    tokens: whole((row, at) => rollouts[row]!.tokens[at]!),
    positions: whole((_, at) => at),
    sampledLogProbs: Float32Array.from(chosen, ({ row, at }) => rollouts[row]!.logProbs[at]!),
    sequences: whole((row) => row),
    groups: Int32Array.from(rollouts, ({ group }) => names.get(group)!),
  }
}
