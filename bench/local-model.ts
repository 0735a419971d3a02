// Measures the local model: tokens a second with 1 to 64 branches in flight, and what a tree of 64 nodes pays for its tokens.
// Usage: node bench/local-model.ts [--model smollm2-135m] [--threads 2] [--tokens 24]
import { parseArgs } from 'node:util'
import { type LocalModel, localModel } from '../src/models/local.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'smollm2-135m' },
    threads: { type: 'string' },
    tokens: { type: 'string', default: '24' },
    sequences: { type: 'string', default: '64' },
  },
})
const tokens = Number(values.tokens)
const load = () =>
  localModel({
    model: values.model,
    ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
    sequences: Number(values.sequences),
    contextLength: 512,
  })
const messages = [{ role: 'user' as const, content: 'Write one sentence that uses the words: dog, frisbee, catch, throw.' }]

const model = await load()
await generateAll(model, 1, false)
const rates: Record<string, number> = {}
for (const logProbs of [false, true]) {
  for (const branches of [1, 8, 16, 32, 64])
    rates[`${branches}${logProbs ? ' with log-probabilities' : ''}`] = await generateAll(model, branches, logProbs)
}
await model.close()
const trees: Record<string, number> = {}
for (const length of [4, 8, 16]) trees[`${length} tokens a node`] = await treeCost(length)
process.stdout.write(
  `${JSON.stringify({ model: values.model, threads: values.threads ?? 'chosen', tokensPerSecond: rates, computedToDistinct: trees }, null, 2)}\n`,
)

/** Tokens a second with so many requests of one sample at the same time; the prompt is evaluated before. */
async function generateAll(model: LocalModel, branches: number, logProbs: boolean): Promise<number> {
  // A plain text seldom ends, so that no branch leaves early.
  const prompt = 'Once upon a time there was'
  await model.generate({ prompt, maxTokens: 1, count: branches }, { seed: 0, signal: new AbortController().signal })
  const start = performance.now()
  const results = await Promise.all(
    Array.from({ length: branches }, (_, seed) =>
      model.generate({ prompt, maxTokens: tokens, temperature: 0.8, logProbs }, { seed, signal: new AbortController().signal }),
    ),
  )
  const generated = results.reduce((sum, { usage }) => sum + usage.generated, 0)
  return Math.round((generated / (performance.now() - start)) * 1000)
}

/** Tokens computed for each distinct token, in a tree of 64 nodes with four children each, grown breadth first, four nodes at once. */
async function treeCost(length: number): Promise<number> {
  const model = await load()
  const prefixes = ['']
  let next = 0
  while (prefixes.length < 64) {
    const level = prefixes.slice(next, next + 4)
    const grown = await Promise.all(
      level.map((prefix, index) =>
        model.generate({ messages, prefix, maxTokens: length, count: 4 }, { seed: next + index, signal: new AbortController().signal }),
      ),
    )
    // As in a search, an answer that has ended is not expanded.
    for (const [index, { samples }] of grown.entries()) {
      prefixes.push(...samples.filter(({ finish }) => finish === 'length').map(({ text }) => level[index]! + text))
    }
    next += level.length
  }
  const { computed, distinct } = model.statistics()
  await model.close()
  return Math.round((computed / distinct!) * 1000) / 1000
}
