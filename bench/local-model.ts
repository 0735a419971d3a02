// The embedded model in this process: tokens a second with 1, 8 and 64 branches in flight, and what a tree of 64 nodes pays for its tokens, in our
// own decoder (`exactModel`), beside llama.cpp (`localModel`, with the model in its eight-bit form, which is the faster one there). Wall time.
import { exactModel } from '../src/learning/gguf/exact-model.ts'
import { eightBitLanguageModel } from '../src/learning/gguf/index.ts'
import { batchedDecoder, netModel } from '../src/learning/nets/index.ts'
import { openKernels } from '../src/learning/tensor/open-kernels.ts'
import { distinctTokens } from '../src/models/local/distinct-tokens.ts'
import { localModel } from '../src/models/local.ts'
import type { Model } from '../src/models/model.ts'
import { pullModel } from '../src/models/pull.ts'
import { requirement } from '../src/testing/requirements.ts'
import { type Entry, type Need, type Peer, wallSeconds } from './entry.ts'
import { nativeKernels } from './learning/native-kernels.ts'

const [name, eightBitName] = ['smollm2-135m', 'smollm2-135m-q8']
const tokens = 24
const { signal } = new AbortController()

const embeddedModel: Need = {
  name: `local model ${name}`,
  // The eight-bit form is made of the embedded model where that is there; nothing is downloaded.
  missing: async () => {
    const { available, reason, remedy } = requirement('local-model')
    if (!available) return `${reason} (${remedy})`
    await pullModel(eightBitName)
    return undefined
  },
}

const engines = {
  'local-model': () => exactModel({ model: name }),
  'llama-cpp': () => localModel({ model: eightBitName, sequences: 64, contextLength: 512 }),
}
type Engine = keyof typeof engines

async function withModel<Result>(engine: Engine, work: (model: Model) => Promise<Result>): Promise<Result> {
  const model: Model = await engines[engine]()
  try {
    return await work(model)
  } finally {
    await model.close?.()
  }
}

/** Tokens a second with so many requests of one sample at the same time; the prompt is evaluated before. */
async function rate(model: Model, branches: number): Promise<number> {
  // A plain text seldom ends, so that no branch leaves early.
  const prompt = 'Once upon a time there was'
  await model.generate({ prompt, maxTokens: 1, count: branches }, { seed: 0, signal })
  let generated = 0
  const spent = await wallSeconds(async () => {
    const requests = Array.from({ length: branches }, (_, seed) =>
      model.generate({ prompt, maxTokens: tokens, temperature: 0.8 }, { seed, signal }),
    )
    for (const { usage } of await Promise.all(requests)) generated += usage.generated
  })
  return generated / spent
}

/** How many times as fast so many branches are generated as one, in the same process. */
function times(engine: Engine, branches: number): Promise<number> {
  return withModel(engine, async (model) => {
    await rate(model, 1)
    const one = ((await rate(model, 1)) + (await rate(model, 1)) + (await rate(model, 1))) / 3
    return (await rate(model, branches)) / one
  })
}

const messages = [{ role: 'user' as const, content: 'Write one sentence that uses the words: dog, frisbee, catch, throw.' }]

/** A tree of 64 nodes with four children each, grown breadth first, four nodes at once. @param seen is told each sample and what it went on from. */
async function growTree(model: Model, seen: (prefix: string, ids: readonly number[]) => void): Promise<void> {
  const prefixes = ['']
  let next = 0
  while (prefixes.length < 64) {
    const level = prefixes.slice(next, next + 4)
    const grown = await Promise.all(
      level.map((prefix, index) =>
        model.generate({ messages, prefix, maxTokens: 8, count: 4, logProbs: true }, { seed: next + index, signal }),
      ),
    )
    for (const [index, { samples }] of grown.entries())
      for (const { text, finish, tokens } of samples) {
        seen(level[index]!, tokens!.ids)
        // As in a search, an answer that has ended is not expanded.
        if (finish === 'length') prefixes.push(level[index]! + text)
      }
    next += level.length
  }
}

/** Tokens computed for each distinct token of such a tree. */
const evaluatedPerDistinct: Readonly<Record<Engine, () => Promise<number>>> = {
  async 'local-model'() {
    const { net, tokeniser, endTokens, chat } = await eightBitLanguageModel(name)
    const decoder = batchedDecoder(net, { kernels: openKernels({ threads: 2 }), keptTokens: 10_000 })
    const start = chat().tokens(messages)
    const distinct = distinctTokens()
    // The last token of a text is chosen, and not read.
    await growTree(netModel({ name, decoder, tokeniser, endTokens, chat: () => start }), (prefix, ids) =>
      distinct.add([], [...start, ...tokeniser.encode(prefix), ...ids.slice(0, -1)]),
    )
    return decoder.counters.computed / distinct.count!
  },
  async 'llama-cpp'() {
    const model = await engines['llama-cpp']()
    try {
      await growTree(model, () => {})
      const { computed, distinct } = model.statistics()
      return computed / distinct!
    } finally {
      await model.close()
    }
  },
}

function entry(engine: Engine, variant: string, unit: string, better: Entry['better'], measure: Entry['measure']): Entry {
  const needs = engine === 'local-model' ? [embeddedModel, nativeKernels('avx2')] : [embeddedModel]
  return { name: `${engine}/${variant}`, unit, better, needs, measure, mostRepetitions: 3 }
}

const entriesOf = (engine: Engine): readonly Entry[] => [
  ...[1, 8, 64].map((branches) =>
    entry(engine, `${branches}-branches`, 'tokens/s', 'higher', () => withModel(engine, (model) => rate(model, branches))),
  ),
  ...[8, 64].map((branches) => entry(engine, `times-${branches}`, 'times', 'higher', () => times(engine, branches))),
  entry(engine, 'evaluated-per-distinct', 'times', 'lower', evaluatedPerDistinct[engine]),
]

const llamaCpp = entriesOf('llama-cpp')

/** The same of llama.cpp, in a process of its own, in turns. */
function peerOf(variant: string): Peer {
  const same = llamaCpp.find(({ name }) => name === `llama-cpp/${variant}`)!
  return {
    name: 'llama.cpp through node-llama-cpp, Q8_0',
    needs: [embeddedModel],
    async *measure(repetitions) {
      // Not at the top: that file waits for this one where it measures.
      const { measureApart } = await import('./measure.ts')
      yield* measureApart(same, repetitions)
    },
  }
}

export const entries: readonly Entry[] = [
  ...entriesOf('local-model').map((one) => {
    const variant = one.name.slice(one.name.indexOf('/') + 1)
    return variant.endsWith('branches') ? { ...one, peer: peerOf(variant) } : one
  }),
  ...llamaCpp,
]
