// Feeds tokens to a sequence of node-llama-cpp and reads the distribution behind them. There are two ways to do it:
// - inside: the library's own parts below its public interface, where several reads may be made of one evaluation. The package is
//   pinned to an exact version, and every part is looked for before use.
// - public: `controlledEvaluate`, one read an evaluation, so the whole distribution is fetched and drawn from here. Exact as well,
//   about ten milliseconds slower a token, and without grammars.
// It knows nothing of texts, requests or the pool.
import type { LlamaContextSequence, LlamaGrammar, LlamaGrammarEvaluationState, LlamaModel, Token } from 'node-llama-cpp'
import { Random } from '../../core/random.ts'
import { type Drawn, drawFrom, type Logits, type Sampler, type SamplingSettings } from './logits.ts'

/** Reads the distribution behind the token at `index` of those that were fed. */
export type Read = (index: number, logits: Logits) => Promise<void>

export interface Decoder {
  /** Whether samplers can follow a grammar. */
  readonly grammars: boolean
  /** Evaluates `tokens` after what the sequence holds; `read` is called in order for each index from `from` on. */
  decode(sequence: LlamaContextSequence, tokens: readonly number[], from: number, read: Read): Promise<void>
  sampler(settings: SamplingSettings, grammar?: LlamaGrammar): Sampler
  close(): void
}

/** The inner way where the library has its parts, else the public one. */
export function decoderFor(model: LlamaModel, library: GrammarLibrary, way: 'inside' | 'public' | 'auto' = 'auto'): Decoder {
  const inside = (model as unknown as InsideModel)._llama?._bindings?.AddonSampler !== undefined
  return way === 'public' || (way === 'auto' && !inside) ? publicDecoder() : insideDecoder(model, library)
}

/** The one class of the library that grammars need. */
export interface GrammarLibrary {
  readonly LlamaGrammarEvaluationState: typeof LlamaGrammarEvaluationState
}

/** Parts of node-llama-cpp 3.21.1 that are not in its public types. */
interface InsideModel {
  readonly _llama?: { readonly _bindings?: { readonly AddonSampler?: new (model: unknown) => InsideSampler } }
  readonly _model: unknown
}
interface InsideSampler {
  applyConfig(config: Record<string, unknown>): void
  dispose(): void
}
interface InsideContext {
  sampleToken(
    index: number,
    sampler: InsideSampler,
    probabilities: boolean,
    confidence: boolean,
  ): Promise<[token: number, probabilities: number[] | undefined, confidence: number | undefined]>
}
interface InsideSequence {
  readonly _context: { readonly _ctx: InsideContext }
  readonly _tokenMeter: unknown
  readonly _contextShift: unknown
  _decodeTokens(
    tokens: number[],
    logits: (true | undefined)[],
    priority: number,
    meter: unknown,
    shift: unknown,
    read: (batchIndex: number, tokenIndex: number) => Promise<undefined>,
  ): Promise<unknown>
}

interface NativeSampler extends Sampler {
  readonly native: InsideSampler
}

function insideDecoder(model: LlamaModel, library: GrammarLibrary): Decoder {
  const inside = model as unknown as InsideModel
  const create = () => new inside._llama!._bindings!.AddonSampler!(inside._model)
  const idle: InsideSampler[] = []
  /** Runs `use` with a sampler that nobody else uses meanwhile; these hold no state between uses. */
  async function borrowed<Result>(config: Record<string, unknown>, use: (sampler: InsideSampler) => Promise<Result>): Promise<Result> {
    const sampler = idle.pop() ?? create()
    sampler.applyConfig(config)
    try {
      return await use(sampler)
    } finally {
      idle.push(sampler)
    }
  }

  const sample = oneFirst()

  function logitsAt(sequence: InsideSequence, index: number): Logits {
    const context = sequence._context._ctx
    const all = async () => {
      const [, flat] = await borrowed({ temperature: 0, seed: 0 }, (sampler) => sample(context, index, sampler, true, false))
      const logProbs = new Map<number, number>()
      for (let i = 0; i + 1 < flat!.length; i += 2) logProbs.set(flat![i]!, Math.log(flat![i + 1]!))
      return logProbs
    }
    // Some token's probability in the whole distribution, and the distance of the wanted one from it, read from a distribution of two
    // into which a bias lifts both. Keeping all of the vocabulary as its best makes the library sort it in the faster of its two ways.
    const logProb = async (token: number) => {
      const [other, , confidence] = await borrowed(wholeDistribution, (sampler) => sample(context, index, sampler, false, true))
      if (other === token) return Math.log(confidence!)
      const tokens = Uint32Array.of(token, other)
      const config = { temperature: 1, topK: 2, seed: 0, tokenBiasKeys: tokens, tokenBiasValues: Float32Array.of(lift, lift) }
      const [, pair] = await borrowed(config, (sampler) => sample(context, index, sampler, true, false))
      const probabilities = new Map([
        [pair![0]!, pair![1]!],
        [pair![2]!, pair![3]!],
      ])
      const ratio = (probabilities.get(token) ?? 0) / (probabilities.get(other) ?? 0)
      if (ratio > 0 && ratio < Number.POSITIVE_INFINITY) return Math.log(confidence!) + Math.log(ratio)
      return (await all()).get(token) ?? Number.NEGATIVE_INFINITY
    }
    return {
      all,
      logProb,
      async draw(sampler, wanted): Promise<Drawn | undefined> {
        const [token] = await sample(context, index, (sampler as NativeSampler).native, false, false)
        if (token < 0) return undefined
        return { token, logProb: wanted ? await logProb(token) : undefined }
      },
    }
  }

  return {
    grammars: true,
    async decode(sequence, tokens, from, read) {
      const inner = sequence as unknown as InsideSequence
      const wanted: (true | undefined)[] = []
      for (let index = Math.max(0, from); index < tokens.length; index++) wanted[index] = true
      // An error inside the library's callback would never reach its caller, so it is carried round it.
      const failures: unknown[] = []
      await inner._decodeTokens([...tokens], wanted, priority, inner._tokenMeter, inner._contextShift, async (batchIndex, tokenIndex) => {
        if (failures.length === 0) await read(tokenIndex, logitsAt(inner, batchIndex)).catch((error: unknown) => failures.push(error))
        return undefined
      })
      if (failures.length > 0) throw failures[0]
    },
    sampler(settings, grammar): NativeSampler {
      const native = create()
      const state = grammar === undefined ? undefined : new library.LlamaGrammarEvaluationState({ model, grammar })
      native.applyConfig({
        temperature: settings.temperature,
        seed: settings.seed,
        ...(settings.topK > 0 ? { topK: settings.topK } : {}),
        ...(settings.topP < 1 ? { topP: settings.topP } : {}),
        ...(state === undefined ? {} : { grammarEvaluationState: (state as unknown as { _state: unknown })._state }),
      })
      return { settings, native, close: () => native.dispose() }
    },
    close() {
      for (const sampler of idle.splice(0)) sampler.dispose()
    },
  }
}

/**
 * Samples, but never two at once straight after a decode: llama.cpp puts a batch's distributions in order at the first read of one, and
 * two first reads on two threads both do so, after which texts are given each other's distributions. A decode only begins when nobody
 * reads, so whoever comes when nobody reads may be the first.
 */
function oneFirst() {
  let reading = 0
  let first: Promise<unknown> = Promise.resolve()
  return async (context: InsideContext, ...request: Parameters<InsideContext['sampleToken']>): ReturnType<InsideContext['sampleToken']> => {
    const alone = reading++ === 0
    try {
      if (!alone) await first
      const sampled = context.sampleToken(...request)
      if (alone) first = sampled.catch(() => {})
      return await sampled
    } finally {
      reading--
    }
  }
}

interface RandomSampler extends Sampler {
  readonly random: Random
}

function publicDecoder(): Decoder {
  return {
    grammars: false,
    async decode(sequence, tokens, from, read) {
      const generateNext = { probabilities: true, options: { temperature: 0 } }
      const output = await sequence.controlledEvaluate(
        tokens.map((token, index) => (index < from ? (token as Token) : [token as Token, { generateNext }])),
      )
      for (let index = Math.max(0, from); index < tokens.length; index++) {
        const logProbs = new Map<number, number>()
        for (const [token, probability] of output[index]?.next.probabilities ?? []) logProbs.set(token, Math.log(probability))
        await read(index, {
          all: async () => logProbs,
          logProb: async (token) => logProbs.get(token) ?? Number.NEGATIVE_INFINITY,
          draw: async (sampler, wanted) => {
            const token = drawFrom(logProbs, sampler.settings, (sampler as RandomSampler).random)
            return { token, logProb: wanted ? logProbs.get(token)! : undefined }
          },
        })
      }
    },
    sampler: (settings): RandomSampler => ({ settings, random: new Random(settings.seed), close: () => {} }),
    close: () => {},
  }
}

/** In nats: more than any token lies below the most likely one. */
const lift = 100
/** Draws from all tokens, and so says how likely the drawn one is among all. */
const wholeDistribution = { temperature: 1, topK: 2 ** 30, seed: 0 }
/** The library's own default for the order of batches. */
const priority = 5
