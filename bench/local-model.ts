// The local model in its eight-bit form: tokens a second with 1, 8 and 64 branches in flight, and what a tree of 64 nodes pays for its tokens. Wall time.

import { type LocalModel, localModel } from '../src/models/local.ts'
import { pullModel } from '../src/models/pull.ts'
import { requirement } from '../src/testing/requirements.ts'
import { type Entry, type Need, wallSeconds } from './entry.ts'

const name = 'smollm2-135m-q8'
const tokens = 24

const embeddedModel: Need = {
  name: `local model ${name}`,
  // Made of the embedded model where that is there; nothing is downloaded.
  missing: async () => {
    const { available, reason, remedy } = requirement('local-model')
    if (!available) return `${reason} (${remedy})`
    await pullModel(name)
    return undefined
  },
}

async function withModel<Result>(work: (model: LocalModel) => Promise<Result>): Promise<Result> {
  const model = await localModel({ model: name, sequences: 64, contextLength: 512 })
  try {
    return await work(model)
  } finally {
    await model.close()
  }
}

/** Tokens a second with so many requests of one sample at the same time; the prompt is evaluated before. */
async function rate(model: LocalModel, branches: number): Promise<number> {
  // A plain text seldom ends, so that no branch leaves early.
  const prompt = 'Once upon a time there was'
  const { signal } = new AbortController()
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
function times(branches: number): Promise<number> {
  return withModel(async (model) => {
    await rate(model, 1)
    const one = ((await rate(model, 1)) + (await rate(model, 1)) + (await rate(model, 1))) / 3
    return (await rate(model, branches)) / one
  })
}

/** Tokens computed for each distinct token, in a tree of 64 nodes with four children each, grown breadth first, four nodes at once. */
function evaluatedPerDistinct(): Promise<number> {
  return withModel(async (model) => {
    const messages = [{ role: 'user' as const, content: 'Write one sentence that uses the words: dog, frisbee, catch, throw.' }]
    const { signal } = new AbortController()
    const prefixes = ['']
    let next = 0
    while (prefixes.length < 64) {
      const level = prefixes.slice(next, next + 4)
      const grown = await Promise.all(
        level.map((prefix, index) => model.generate({ messages, prefix, maxTokens: 8, count: 4 }, { seed: next + index, signal })),
      )
      // As in a search, an answer that has ended is not expanded.
      for (const [index, { samples }] of grown.entries())
        prefixes.push(...samples.filter(({ finish }) => finish === 'length').map(({ text }) => level[index]! + text))
      next += level.length
    }
    const { computed, distinct } = model.statistics()
    return computed / distinct!
  })
}

const entry = (variant: string, unit: string, better: Entry['better'], measure: Entry['measure']): Entry => ({
  name: `local-model/${variant}`,
  unit,
  better,
  needs: [embeddedModel],
  measure,
  mostRepetitions: 3,
})

export const entries: readonly Entry[] = [
  ...[1, 8, 64].map((branches) => entry(`${branches}-branches`, 'tokens/s', 'higher', () => withModel((model) => rate(model, branches)))),
  ...[8, 64].map((branches) => entry(`times-${branches}`, 'times', 'higher', () => times(branches))),
  entry('evaluated-per-distinct', 'times', 'lower', evaluatedPerDistinct),
]
