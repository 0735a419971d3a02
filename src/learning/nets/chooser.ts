// Lays the hidden states and settings of many branches out as rows, and lets the kernels choose a token for each. It knows no lock step and no
// end of anything.
import type { Random } from '../../core/random.ts'
import type { Kernels, Sampled } from '../tensor/kernels.ts'
import type { CausalNet } from './causal-net.ts'
import type { SamplingOptions, TokenMask } from './sampling.ts'

/** One of the most probable tokens, among those that were allowed. */
export interface Alternative {
  readonly token: number
  /** Under the net's own distribution, in nats. */
  readonly logProb: number
}

/** A branch whose next token is wanted. */
export interface ChoiceRow {
  readonly hidden: Float32Array
  readonly sampling: Required<SamplingOptions>
  /** Draws once, unless the temperature is 0. */
  readonly random: Random | undefined
  /** Checked; the same object for the same mask. */
  readonly mask: TokenMask | undefined
  /** How many of the most probable tokens to note. */
  readonly alternatives: number
}

/** Arrays are used again with the next call. */
export interface Choices extends Sampled {
  /** For rows that want them. */
  readonly alternatives: ReadonlyMap<number, readonly Alternative[]>
}

export function chooser(net: CausalNet, kernels: Kernels): (rows: readonly ChoiceRow[]) => Choices {
  const { vocabulary, width } = net.shape
  let room = roomFor(0, vocabulary, width)

  return (rows) => {
    if (rows.length > room.rows) room = roomFor(Math.max(rows.length, 2 * room.rows), vocabulary, width)
    const masks = new Map<TokenMask, number>()
    for (let row = 0; row < rows.length; row++) {
      const { hidden, sampling, random, mask } = rows[row]!
      room.hidden.set(hidden, row * width)
      room.temperatures[row] = sampling.temperature
      room.topK[row] = sampling.topK
      room.topP[row] = sampling.topP
      room.draws[row] = sampling.temperature > 0 ? random!.integer() : 0
      if (mask !== undefined && !masks.has(mask)) masks.set(mask, masks.size)
      room.maskOf[row] = mask === undefined ? -1 : masks.get(mask)!
    }
    const allowed = masks.size === 0 ? undefined : new Float32Array(masks.size * vocabulary)
    for (const [mask, at] of masks)
      for (let i = 0; i < vocabulary; i++) if (mask[i] === 0) allowed![at * vocabulary + i] = Number.NEGATIVE_INFINITY
    net.decodeLogits(kernels, rows.length, room.hidden, room.logits)
    kernels.sample({ ...room, rows: rows.length, classes: vocabulary, allowed }, room.logits, room)

    const alternatives = new Map<number, readonly Alternative[]>()
    for (let row = 0; row < rows.length; row++) {
      const { mask, alternatives: most } = rows[row]!
      if (most === 0) continue
      const logits = room.logits.subarray(row * vocabulary, (row + 1) * vocabulary)
      alternatives.set(row, mostProbable(logits, mask, room.logSums[row]!, most))
    }
    const { tokens, logProbs, rawLogProbs, logSums, entropies } = room
    return { tokens, logProbs, rawLogProbs, logSums, entropies, alternatives }
  }
}

/** Arrays for so many rows. */
function roomFor(rows: number, vocabulary: number, width: number) {
  return {
    rows,
    hidden: new Float32Array(rows * width),
    logits: new Float32Array(rows * vocabulary),
    temperatures: new Float32Array(rows),
    topK: new Int32Array(rows),
    topP: new Float32Array(rows),
    draws: new Int32Array(rows),
    maskOf: new Int32Array(rows),
    tokens: new Int32Array(rows),
    logProbs: new Float32Array(rows),
    rawLogProbs: new Float32Array(rows),
    logSums: new Float32Array(rows),
    entropies: new Float32Array(rows),
  }
}

/** The most probable first, of equals the first token. */
function mostProbable(logits: Float32Array, mask: TokenMask | undefined, logSum: number, most: number): Alternative[] {
  const found: Alternative[] = []
  for (let token = 0; token < logits.length; token++) {
    if (mask !== undefined && mask[token] === 0) continue
    const logProb = logits[token]! - logSum
    if (found.length === most && !(logProb > found[most - 1]!.logProb)) continue
    if (found.length === most) found.pop()
    let at = found.length
    while (at > 0 && found[at - 1]!.logProb < logProb) at--
    found.splice(at, 0, { token, logProb })
  }
  return found
}
