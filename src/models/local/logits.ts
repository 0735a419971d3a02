// What can be asked of a model's next-token distribution at one place in a text, and the drawing of a token from one that was
// read out in full. It knows nothing of sequences, prompts or texts.
import type { Random } from '../../core/random.ts'

/** How tokens are drawn. `topK` and `topP` cut the model's own distribution; the temperature is applied to what is left. */
export interface SamplingSettings {
  /** 0 is greedy. */
  readonly temperature: number
  /** In (0, 1]; 1 keeps all. */
  readonly topP: number
  /** 0 keeps all. */
  readonly topK: number
  /** An integer in [0, 2^32). */
  readonly seed: number
}

/** Draws the tokens of one sample, one after another. Keeps its own random stream and, where there is one, its place in a grammar. */
export interface Sampler {
  readonly settings: SamplingSettings
  close(): void
}

/** The next-token distribution at one place. Valid only while the read that was given it runs. */
export interface Logits {
  /** A token, and with `logProb` its log-probability (nats) at temperature 1 in the whole distribution. Undefined: a grammar allows none. */
  draw(sampler: Sampler, logProb: boolean): Promise<Drawn | undefined>
  /** Log-probability (nats) of a token at temperature 1 in the whole distribution. */
  logProb(token: number): Promise<number>
  /** The same for every token of the vocabulary, by id. */
  all(): Promise<ReadonlyMap<number, number>>
}

export interface Drawn {
  readonly token: number
  readonly logProb: number | undefined
}

/** Draws from a whole distribution, most likely token first where two are equal. */
export function drawFrom(logProbs: ReadonlyMap<number, number>, settings: SamplingSettings, random: Random): number {
  const { temperature, topK, topP } = settings
  if (temperature === 0) return mostLikely(logProbs)
  let kept = [...logProbs]
  if (topK > 0 || topP < 1) kept.sort((a, b) => b[1] - a[1])
  if (topK > 0) kept = kept.slice(0, topK)
  if (topP < 1) kept = kept.slice(0, nucleusSize(kept, topP))
  const highest = kept.reduce((most, [, logProb]) => Math.max(most, logProb), Number.NEGATIVE_INFINITY)
  const chosen = random.weighted(kept.map(([, logProb]) => Math.exp((logProb - highest) / temperature)))
  return kept[chosen]![0]
}

/** How many of the leading entries hold at least `topP` of the mass. */
function nucleusSize(sorted: readonly (readonly [number, number])[], topP: number): number {
  const total = sorted.reduce((sum, [, logProb]) => sum + Math.exp(logProb), 0)
  let mass = 0
  for (let size = 1; size <= sorted.length; size++) {
    mass += Math.exp(sorted[size - 1]![1])
    if (mass >= topP * total) return size
  }
  return sorted.length
}

function mostLikely(logProbs: ReadonlyMap<number, number>): number {
  let best = -1
  let highest = Number.NEGATIVE_INFINITY
  for (const [token, logProb] of logProbs) {
    if (logProb > highest) {
      best = token
      highest = logProb
    }
  }
  return best
}
