// The local model on a tiny GGUF with random weights, and on the embedded model where it has been fetched.
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requirement } from '../testing/requirements.ts'
import { testModel } from '../testing/test-model.ts'
import { tinyGguf, writeTinyGguf } from '../testing/tiny-gguf.ts'
import { type LocalModel, localModel } from './local.ts'
import type { ModelRun } from './model.ts'

const directory = mkdtempSync(join(tmpdir(), 'banyan-local-test-'))
const tiny = join(directory, 'tiny.gguf')
const tinyOfBytes = join(directory, 'bytes.gguf')
writeTinyGguf(tiny, { endBias: -4 })
writeTinyGguf(tinyOfBytes, { speaks: 'bytes', endBias: -4 })
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const run = (seed = 1): ModelRun => ({ seed, signal: new AbortController().signal })
const messages = [{ role: 'user' as const, content: 'Name a tree.' }]

testModel({ name: 'local (tiny)', create: () => localModel({ model: tiny }) })
testModel({ name: 'local (tiny, public interface only)', create: () => localModel({ model: tiny, decoding: 'public', sequences: 3 }) })
testModel({ name: 'local (tiny, one sequence)', create: () => localModel({ model: tiny, sequences: 1 }) })
testModel({ name: 'local (tiny, with vectors)', create: () => localModel({ model: tiny, embeddings: true }) })
testModel({ name: 'local (tiny, broken UTF-8)', create: () => localModel({ model: tinyOfBytes }) })

describe('a local model', () => {
  let model: LocalModel
  beforeAll(async () => {
    model = await localModel({ model: tiny, sequences: 8, name: 'small' })
  })
  afterAll(() => model.close())

  it('samples, scores and counts', async () => {
    const { samples, usage } = await model.generate({ messages, maxTokens: 8, count: 4, logProbs: true }, run())
    expect(samples).toHaveLength(4)
    expect(usage.generated).toBe(32)
    const { scores } = await model.score({ messages, continuations: samples.map(({ text }) => text) }, run())
    for (const [index, { logProb }] of scores.entries()) {
      const said = samples[index]!.tokens!.logProbs!.reduce((sum, value) => sum + value, 0)
      expect(logProb).toBeCloseTo(said, 1)
    }
  })

  it('makes vectors of texts where it is told to, and of none that is too long', async () => {
    expect(model.capabilities.embeddings).toBe(false)
    const embedding = await localModel({ model: tiny, embeddings: true, contextLength: 64 })
    try {
      const { vectors, usage } = await embedding.embed!(['a tree', 'the sea'], run())
      expect(vectors[0]).not.toEqual(vectors[1])
      expect(usage.evaluated).toBeGreaterThan(2)
      await expect(embedding.embed!(['a tree '.repeat(60)], run())).rejects.toMatchObject({ code: 'E_MODEL_CONTEXT' })
      await expect(embedding.embed!(['a'], { seed: 1, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'E_MODEL_ABORTED' })
    } finally {
      await embedding.close()
    }
  })

  it('draws the same samples for the same seed, others for another', async () => {
    const texts = async (seed: number) =>
      (await model.generate({ messages, maxTokens: 8, count: 2 }, run(seed))).samples.map(({ text }) => text)
    const first = await texts(5)
    expect(await texts(5)).toEqual(first)
    expect(await texts(6)).not.toEqual(first)
    expect(first[0]).not.toBe(first[1])
  })

  it('draws from the distribution that it reports', async () => {
    const { scores } = await model.score({ messages, continuations: printable }, run())
    const { samples } = await model.generate({ messages, maxTokens: 1, count: 400 }, run(11))
    const likely = printable
      .map((text, index) => ({ text, probability: Math.exp(scores[index]!.logProb) }))
      .sort((a, b) => b.probability - a.probability)
    const top = likely.slice(0, 10)
    const expected = top.reduce((sum, { probability }) => sum + probability, 0)
    const seen = samples.filter(({ text }) => top.some((entry) => entry.text === text)).length / 400
    // Five standard deviations of a proportion of 400 draws.
    expect(Math.abs(seen - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / 400))
  })

  it('generates all branches in flight in lock step', async () => {
    const before = model.statistics()
    await Promise.all(Array.from({ length: 8 }, (_, seed) => model.generate({ messages, maxTokens: 10 }, run(seed))))
    const after = model.statistics()
    expect(after.widest).toBe(8)
    expect(after.generated - before.generated).toBe(80)
    expect(after.rounds - before.rounds).toBeLessThan(20)
  })

  it('serves more branches than it has sequences', async () => {
    const { samples } = await model.generate({ messages, maxTokens: 6, count: 30 }, run())
    expect(samples).toHaveLength(30)
    expect(new Set(samples.map(({ text }) => text)).size).toBeGreaterThan(20)
  })

  it('pays for a given beginning with the tokens with which it was said', async () => {
    const fresh = await localModel({ model: tiny, sequences: 8 })
    const first = await fresh.generate({ messages, maxTokens: 16 }, run())
    const prefix = first.samples[0]!.text
    const second = await fresh.generate({ messages, prefix, maxTokens: 16 }, run())
    // Only the last token of the beginning was drawn but never evaluated.
    expect(second.usage.evaluated).toBe(1)
    await fresh.close()
  })

  it('pays for each distinct token of a tree about once', async () => {
    const fresh = await localModel({ model: tiny, sequences: 64 })
    await growTree(fresh, 64, 4, 6)
    const { computed, distinct } = fresh.statistics()
    expect(computed / distinct!).toBeLessThanOrEqual(1.05)
    await fresh.close()
  })

  it('reads the names of control tokens within a message as plain text', async () => {
    const plain = await model.score({ messages: [{ role: 'user', content: 'a <|im_end|> b' }], continuations: ['x'] }, run())
    const short = await model.score({ messages: [{ role: 'user', content: 'a b' }], continuations: ['x'] }, run())
    expect(plain.usage.evaluated - short.usage.evaluated).toBeGreaterThan(3)
  })

  it('stops between rounds and says what it had used', async () => {
    const controller = new AbortController()
    const call = model.generate({ messages, maxTokens: 400, count: 8 }, { seed: 1, signal: controller.signal })
    while (model.statistics().rounds < 40) await new Promise((resolve) => setImmediate(resolve))
    setTimeout(() => controller.abort(), 20)
    const error = await call.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'E_MODEL_ABORTED', fatal: false })
    expect((error as { usage: { tokens: number } }).usage.tokens).toBeGreaterThan(0)
    expect((error as { usage: { tokens: number } }).usage.tokens).toBeLessThan(3200)
  })

  it('refuses a prompt longer than the context before anything is computed', async () => {
    const { computed } = model.statistics()
    const call = model.generate({ prompt: 'z'.repeat(600), maxTokens: 5 }, run())
    await expect(call).rejects.toMatchObject({ code: 'E_MODEL_CONTEXT', message: expect.stringMatching(/600 tokens.*at most 511/) })
    const scoring = model.score({ prompt: 'z'.repeat(505), continuations: ['y'.repeat(10)] }, run())
    await expect(scoring).rejects.toMatchObject({ code: 'E_MODEL_CONTEXT' })
    expect(model.statistics().computed).toBe(computed)
  })

  it('ends a sample where the context ends', async () => {
    const { samples } = await model.generate({ prompt: 'z'.repeat(500), maxTokens: 100 }, run())
    expect(samples[0]!.finish).toBe('length')
    expect(samples[0]!.tokens!.ids.length).toBeLessThanOrEqual(12)
    expect(samples[0]!.tokens!.ids.length).toBeGreaterThan(8)
  })

  it('follows a JSON schema', async () => {
    const schema = { type: 'object', properties: { yes: { type: 'boolean' } } }
    const { samples } = await model.generate({ messages, maxTokens: 60, schema, temperature: 0 }, run())
    if (samples[0]!.finish === 'stop') expect(typeof JSON.parse(samples[0]!.text).yes).toBe('boolean')
    else expect(samples[0]!.text).toMatch(/^\{/)
  })

  it.each([
    [{ maxTokens: 0 }, 'maxTokens'],
    [{ count: 1.5 }, 'count'],
    [{ temperature: -1 }, 'temperature'],
    [{ topP: 0 }, 'topP'],
    [{ topK: -2 }, 'topK'],
    [{ prompt: 'both' }, 'both'],
    [{ grammar: 'root ::= (' }, 'grammar'],
  ])('refuses %j', async (wrong, named) => {
    const call = model.generate({ messages, maxTokens: 4, ...wrong }, run())
    await expect(call).rejects.toMatchObject({ code: 'E_MODEL_REQUEST', fatal: true, message: expect.stringContaining(named) })
  })

  it('refuses nothing to score, and an empty text', async () => {
    await expect(model.score({ messages, continuations: [] }, run())).rejects.toMatchObject({ code: 'E_MODEL_REQUEST' })
    await expect(model.score({ messages, continuations: ['a', ''] }, run())).rejects.toMatchObject({ code: 'E_MODEL_REQUEST' })
    await expect(model.generate({ prompt: '', maxTokens: 3 }, run())).rejects.toMatchObject({ code: 'E_MODEL_REQUEST' })
  })

  it('gives whole characters though its tokens are pieces of them', async () => {
    const bytes = await localModel({ model: tinyOfBytes, sequences: 8 })
    const { samples } = await bytes.generate({ messages, maxTokens: 5, count: 40 }, run())
    for (const { text, tokens } of samples) {
      expect(text).not.toMatch(/\ufffd$/)
      expect(tokens!.ids.length).toBeLessThanOrEqual(5)
    }
    expect(samples.some(({ text }) => text !== '')).toBe(true)
    await bytes.close()
  })

  it('refuses work after it is closed', async () => {
    const closed = await localModel({ model: tiny, sequences: 1 })
    const call = closed.generate({ messages, maxTokens: 300 }, run()).catch((error: unknown) => error)
    while (closed.statistics().rounds < 5) await new Promise((resolve) => setImmediate(resolve))
    await closed.close()
    expect(await call).toMatchObject({ code: 'E_MODEL_ABORTED' })
    await expect(closed.generate({ messages, maxTokens: 3 }, run())).rejects.toMatchObject({ code: 'E_MODEL_REQUEST' })
  })
})

describe('a file that cannot be a model', () => {
  const load = (name: string, bytes: Uint8Array) => {
    const path = join(directory, name)
    writeFileSync(path, bytes)
    return localModel({ model: path })
  }

  it('is refused when it is missing, empty, a directory or something else', async () => {
    await expect(localModel({ model: join(directory, 'nowhere.gguf') })).rejects.toMatchObject({ code: 'E_MODEL_FILE', fatal: true })
    await expect(localModel({ model: directory })).rejects.toMatchObject({ code: 'E_MODEL_FILE' })
    await expect(load('empty.gguf', Buffer.alloc(0))).rejects.toMatchObject({ code: 'E_MODEL_FILE' })
    await expect(load('text.gguf', Buffer.from('<!doctype html> not a model'))).rejects.toMatchObject({
      code: 'E_MODEL_FILE',
      message: expect.stringContaining('is not a GGUF'),
    })
  })

  it('is refused wherever it was cut off', async () => {
    const whole = tinyGguf()
    for (const length of [3, 20, 100, 5000, 12_000, whole.length - 40_000, whole.length - 1]) {
      await expect(load('cut.gguf', whole.subarray(0, length))).rejects.toMatchObject({
        code: 'E_MODEL_FILE',
        message: expect.stringMatching(/truncated|not a GGUF/),
      })
    }
  })

  it('is refused when llama.cpp does not know its architecture', async () => {
    const strange = Buffer.from(
      readFileSync(tiny).toString('latin1').replace('\u0005\0\0\0\0\0\0\0llama', '\u0005\0\0\0\0\0\0\0lxama'),
      'latin1',
    )
    await expect(load('strange.gguf', strange)).rejects.toMatchObject({ code: 'E_MODEL_FILE' })
  })

  it('is refused when it is the catalogue’s, cut off', async () => {
    const cache = process.env.BANYAN_CACHE
    process.env.BANYAN_CACHE = join(directory, 'cache')
    try {
      await expect(localModel({ model: 'smollm2-135m' })).rejects.toMatchObject({
        code: 'E_MODEL_FILE',
        message: expect.stringContaining('npx banyan models pull smollm2-135m'),
      })
      await expect(localModel({ model: 'smollm2-135n' })).rejects.toMatchObject({
        code: 'E_MODEL_UNKNOWN',
        message: expect.stringContaining('smollm2-135m'),
      })
    } finally {
      if (cache === undefined) delete process.env.BANYAN_CACHE
      else process.env.BANYAN_CACHE = cache
    }
  })

  it('does no harm when it is cut off after it was checked', async () => {
    const path = join(directory, 'later.gguf')
    writeFileSync(path, tinyGguf())
    truncateSync(path, 300_000)
    await expect(localModel({ model: path })).rejects.toMatchObject({ code: 'E_MODEL_FILE' })
  })
})

const embedded = requirement('local-model')
describe.skipIf(!embedded.available)('smollm2-135m', () => {
  let model: LocalModel
  beforeAll(async () => {
    model = await localModel({ model: 'smollm2-135m', sequences: 8, contextLength: 512 })
  })
  afterAll(() => model.close())

  it('writes English, and knows when to stop', async () => {
    const messages = [
      { role: 'system' as const, content: 'You are a helpful assistant.' },
      { role: 'user' as const, content: 'What is the capital of France?' },
    ]
    const { samples } = await model.generate({ messages, maxTokens: 24, temperature: 0 }, run())
    expect(samples[0]!.text).toContain('Paris')
    expect(samples[0]!.finish).toBe('stop')
  })

  it('speaks by its own template, whose system prompt is added only where there is none', async () => {
    const own = '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n'
    const system = { role: 'system' as const, content: 'You are a helpful AI assistant named SmolLM, trained by Hugging Face' }
    const evaluated = async (chat: Parameters<LocalModel['score']>[0]['messages']) =>
      (await model.score({ messages: chat!, continuations: ['x'] }, run())).scores[0]!.logProb
    expect(own).toContain(system.content)
    expect(await evaluated(messages)).toBeCloseTo(await evaluated([system, ...messages]), 3)
    expect(await evaluated([{ role: 'system', content: 'Be brief.' }, ...messages])).not.toBeCloseTo(await evaluated(messages), 3)
  })

  it('finds a likely word likelier than an unlikely one', async () => {
    const { scores } = await model.score(
      { prompt: 'The capital of France is', continuations: [' Paris', ' xylophone', ' the town of Lyon'] },
      run(),
    )
    expect(scores[0]!.logProb).toBeGreaterThan(scores[1]!.logProb)
    expect(scores[0]!.tokens).toBe(1)
  })
})

/** Grows a tree of answers breadth first, as a search does: each node is expanded by `branching` samples of `length` tokens. */
async function growTree(model: LocalModel, nodes: number, branching: number, length: number): Promise<void> {
  const prefixes = ['']
  for (let next = 0; prefixes.length < nodes; next++) {
    const { samples } = await model.generate({ messages, prefix: prefixes[next]!, maxTokens: length, count: branching }, run(next))
    prefixes.push(...samples.filter(({ finish }) => finish === 'length').map(({ text }) => prefixes[next]! + text))
  }
}

const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
