// Log-probabilities, entropies, hidden states and values of given sequences, without a tape and without a cache. Sequences go through the net
// in blocks, one after another, so that none is filled up and none depends on its neighbours.
import { BanyanError } from '../../core/errors.ts'
import type { Kernels } from '../tensor/kernels.ts'
import { openKernels } from '../tensor/open-kernels.ts'
import type { CausalNet } from './causal-net.ts'
import { outOfRange } from './sampling.ts'
import type { ScalarHead } from './scalar-head.ts'
import { wantLength, wantToken } from './sequences.ts'
import { workspace } from './workspace.ts'

/** Options of `scorer`. */
export interface ScorerOptions {
  /** Default: the fastest there are, one thread. */
  readonly kernels?: Kernels
  /** Rows that go through the net together, if one sequence is not longer. No result depends on it. Default 256. */
  readonly blockRows?: number
}

/** One sequence, and what is wanted of it. */
export interface ScoreSequence {
  /** At least one. */
  readonly tokens: ArrayLike<number>
  /** The first place whose log-probability is wanted, from 1: the length of the prompt. `tokens.length`: none is. Default 1. */
  readonly from?: number
}

/** What of all sequences is wanted beside log-probabilities. */
export interface ScoreWish {
  /** Default false. */
  readonly entropies?: boolean
  /** Of all places, or of the last. Default none. */
  readonly hidden?: 'all' | 'last'
  /** A head whose value is wanted at all places. */
  readonly head?: ScalarHead
}

/** Of one sequence; arrays have one entry for each token, where not said otherwise. */
export interface Scored {
  /** In nats, of each token after those before it; 0 before `from`. The same bits as on a tape with the same kernels, and as `Generated.rawLogProbs`. */
  readonly logProbs: Float32Array
  /** Of the distribution that each token comes from, in nats; 0 before `from`. */
  readonly entropies?: Float32Array
  /** [tokens, width], or [width] of the last. */
  readonly hidden?: Float32Array
  /** After each token. */
  readonly values?: Float32Array
}

/** Reads given sequences many at a time. */
export interface Scorer {
  readonly net: CausalNet
  /**
   * @returns one result for each sequence, in order.
   * @throws BanyanError E_NET_CONTEXT or E_NET_TOKENS for tokens that the net cannot read; E_DECODER_OPTION for `from` out of range.
   * @throws BanyanError E_DECODER_NOT_FINITE when the net gives NaN or an infinite number.
   */
  score(sequences: readonly ScoreSequence[], wish?: ScoreWish): Scored[]
}

/**
 * A scorer of one net. Calls block while they compute; weights may change between calls.
 *
 * @throws BanyanError E_DECODER_OPTION for an option out of range.
 * @example
 * const [scored] = scorer(net).score([{ tokens: [5, 17, 3, 9], from: 2 }], { entropies: true })
 * const logProb = scored.logProbs.reduce((sum, one) => sum + one, 0)
 */
export function scorer(net: CausalNet, { kernels = openKernels(), blockRows = 256 }: ScorerOptions = {}): Scorer {
  if (!(Number.isInteger(blockRows) && blockRows >= 1)) throw outOfRange('blockRows', blockRows, 'a whole number from 1')
  const { width, vocabulary } = net.shape
  const { floats } = workspace()

  return {
    net,
    score(sequences, wish = {}) {
      for (const { tokens, from = 1 } of sequences) {
        if (tokens.length === 0) throw outOfRange('the length of a sequence', 0, 'at least one token')
        wantLength('scorer', net.shape, tokens.length)
        for (let i = 0; i < tokens.length; i++) wantToken('scorer', net.shape, tokens[i]!, i)
        if (!(Number.isInteger(from) && from >= 1 && from <= tokens.length))
          throw outOfRange('from', from, `a whole number from 1 to ${tokens.length}`)
      }
      const results: Scored[] = []
      for (let first = 0; first < sequences.length; ) {
        let after = first + 1
        let rows = sequences[first]!.tokens.length
        while (after < sequences.length && rows + sequences[after]!.tokens.length <= blockRows) rows += sequences[after++]!.tokens.length
        results.push(...scoreBlock(sequences.slice(first, after), rows, wish))
        first = after
      }
      return results
    },
  }

  function scoreBlock(sequences: readonly ScoreSequence[], rows: number, wish: ScoreWish): Scored[] {
    const hidden = hiddenOf(sequences, rows)
    const values = wish.head === undefined ? undefined : new Float32Array(rows)
    wish.head?.decode(kernels, rows, hidden, values!)
    const found = logProbsOf(sequences, hidden, rows, wish.entropies === true)
    let start = 0
    return sequences.map(({ tokens }) => {
      const [at, end] = [start, start + tokens.length]
      start = end
      return {
        logProbs: found.logProbs.slice(at, end),
        ...(wish.entropies === true && { entropies: found.entropies.slice(at, end) }),
        ...(wish.hidden !== undefined && { hidden: hidden.slice((wish.hidden === 'last' ? end - 1 : at) * width, end * width) }),
        ...(values !== undefined && { values: values.slice(at, end) }),
      }
    })
  }

  /** [rows, width], sequence after sequence. */
  function hiddenOf(sequences: readonly ScoreSequence[], rows: number): Float32Array {
    const { heads, keyHeads, headSize } = net.shape
    const tokens = Int32Array.from(sequences.flatMap((one) => Array.from(one.tokens)))
    const positions = Int32Array.from(sequences.flatMap((one) => Array.from(one.tokens, (_, place) => place)))
    const stride = (heads + 2 * keyHeads) * headSize
    const hidden = floats('hidden', rows * width)
    const shape = { batch: 1, heads, keyHeads, size: headSize, causal: true, scale: 1 / Math.sqrt(headSize) }
    net.decode(
      kernels,
      { count: rows, tokens, positions },
      (_layer, mixed, out) => {
        let start = 0
        for (const { tokens } of sequences) {
          const length = tokens.length
          const rowsAt = (offset: number) => ({ data: mixed, offset: start * stride + offset, stride })
          const [keys, values] = [heads * headSize, (heads + keyHeads) * headSize]
          const result = out.subarray(start * heads * headSize)
          kernels.attention(
            { ...shape, queries: length, keys: length },
            rowsAt(0),
            rowsAt(keys),
            rowsAt(values),
            result,
            floats('sums', length * heads),
          )
          start += length
        }
      },
      hidden,
    )
    if (kernels.firstNonFinite(rows * width, hidden) !== -1)
      throw new BanyanError('E_DECODER_NOT_FINITE', 'scorer: a hidden state is NaN or infinite', { hint: 'Look at the weights of the net' })
    return hidden
  }

  /** [rows] each; logits are made only of the places before tokens that count. */
  function logProbsOf(sequences: readonly ScoreSequence[], hidden: Float32Array, rows: number, wantEntropies: boolean) {
    const places: number[] = []
    const targets: number[] = []
    let start = 0
    for (const { tokens, from = 1 } of sequences) {
      for (let place = from; place < tokens.length; place++) {
        places.push(start + place)
        targets.push(tokens[place]!)
      }
      start += tokens.length
    }
    const logProbs = new Float32Array(rows)
    const entropies = new Float32Array(rows)
    for (let first = 0; first < places.length; first += blockRows) {
      const count = Math.min(blockRows, places.length - first)
      const before = Int32Array.from(places.slice(first, first + count), (place) => place - 1)
      const picked = floats('picked', count * width)
      const logits = floats('logits', count * vocabulary)
      kernels.gatherRows(width, hidden, before, undefined, picked)
      net.decodeLogits(kernels, count, picked, logits)
      const found = floats('found', count)
      const weights = floats('weights', count).fill(-1)
      kernels.crossEntropy(count, vocabulary, logits, Int32Array.from(targets.slice(first, first + count)), weights, found, undefined)
      // A certain token has −1 · 0 so far.
      for (let i = 0; i < count; i++) logProbs[places[first + i]!] = found[i]! + 0
      if (!wantEntropies) continue
      const spread = entropiesOf(kernels, count, vocabulary, logits)
      for (let i = 0; i < count; i++) entropies[places[first + i]!] = spread[i]!
    }
    return { logProbs, entropies }
  }
}

/** The kernel that chooses tokens gives the entropies of what it chooses from. */
function entropiesOf(kernels: Kernels, rows: number, classes: number, logits: Float32Array): Float32Array {
  const whole = () => new Int32Array(rows)
  const some = () => new Float32Array(rows)
  const entropies = some()
  kernels.sample(
    {
      rows,
      classes,
      temperatures: some(),
      topK: whole(),
      topP: some().fill(1),
      draws: whole(),
      maskOf: whole().fill(-1),
      allowed: undefined,
    },
    logits,
    { tokens: whole(), logProbs: some(), rawLogProbs: some(), logSums: some(), entropies },
  )
  return entropies
}
