// A search inside an app of the AI SDK: what the app sees, what its settings mean, and how failures read there.
import { APICallError, type LanguageModelV4CallOptions, type LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import { generateText, Output, streamText, tool, wrapLanguageModel } from 'ai'
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type ScriptedOptions, scripted } from '../models/scripted.ts'
import { memory } from '../traces/memory.ts'
import { asLanguageModel } from './as-language-model.ts'
import { searchMiddleware } from './search-middleware.ts'

const usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 3, text: 3, reasoning: 0 },
}

/** A provider's model that gives its texts in turn, and keeps what it was asked. */
function provider(...texts: readonly string[]) {
  const asked: LanguageModelV4CallOptions[] = []
  const answer = (params: LanguageModelV4CallOptions): LanguageModelV4GenerateResult => {
    asked.push(params)
    const text = texts[(asked.length - 1) % texts.length]!
    return { content: [{ type: 'text', text }], finishReason: { unified: 'stop', raw: 'stop' }, usage, warnings: [] }
  }
  const model = new MockLanguageModelV4({
    provider: 'mock.chat',
    modelId: 'tiny',
    doGenerate: async (params) => answer(params),
    doStream: async (params) => {
      answer(params)
      return {
        stream: convertArrayToReadableStream([
          { type: 'stream-start', warnings: [] },
          { type: 'finish', usage, finishReason: { unified: 'stop', raw: 'stop' } },
        ]),
      }
    },
  })
  return { model, asked }
}

const longest = ({ answer }: { answer: unknown }) => Math.min(1, String(answer).length / 20)

describe('searchMiddleware', () => {
  it('answers an app with the best of what its model says', async () => {
    const { model, asked } = provider('short', 'a bit longer', 'medium')
    const store = memory()
    const wrapped = wrapLanguageModel({ model, middleware: searchMiddleware({ preset: 'fast', verify: longest, store }) })
    const result = await generateText({
      model: wrapped,
      system: 'Be kind.',
      prompt: 'Say something.',
      maxOutputTokens: 33,
      topK: 7,
      headers: { 'x-app': 'a' },
    })
    expect(result.text).toBe('a bit longer')
    expect(asked.length).toBe(4)
    expect(result.usage).toMatchObject({ inputTokens: 40, outputTokens: 12 })
    expect(asked[0]).toMatchObject({ maxOutputTokens: 33, topK: 7, headers: { 'x-app': 'a' } })
    expect(asked[0]?.prompt).toMatchObject([{ role: 'system', content: 'Be kind.' }, { role: 'user' }])
    const facts = result.providerMetadata?.banyan
    expect(facts).toMatchObject({ stopped: 'exhausted', settings: { preset: 'fast', searcher: { name: 'best-of-n' } }, value: 0.6 })
    expect([...(await store.read(String(facts?.runId)))].length).toBeGreaterThan(0)
  })

  it('gives JSON by the schema of the app', async () => {
    const { model } = provider('nothing', '{"city": 3}', 'Sure: {"city":"Rome"}')
    const wrapped = wrapLanguageModel({ model, middleware: searchMiddleware({ preset: 'fast', verify: () => 0.5 }) })
    const { output } = await generateText({
      model: wrapped,
      prompt: 'A city.',
      output: Output.object({ schema: z.object({ city: z.string() }) }),
    })
    expect(output).toEqual({ city: 'Rome' })
  })

  it('streams the answer as text', async () => {
    const { model } = provider('short', 'a bit longer')
    const wrapped = wrapLanguageModel({ model, middleware: searchMiddleware({ preset: 'fast', verify: longest }) })
    const stream = streamText({ model: wrapped, prompt: 'Say something.', stopSequences: ['ger'] })
    const pieces: string[] = []
    for await (const piece of stream.textStream) pieces.push(piece)
    expect(pieces.join('')).toBe('a bit lon')
    expect(await stream.usage).toMatchObject({ outputTokens: 12 })
    expect((await stream.providerMetadata)?.banyan).toMatchObject({ settings: { model: 'mock/tiny' } })
  })

  it('passes calls with tools to the model itself, and says so', async () => {
    const { model, asked } = provider('no tool needed')
    const tools = { now: tool({ description: 'the time', inputSchema: z.object({}), execute: () => 12 }) }
    const wrapped = wrapLanguageModel({ model, middleware: searchMiddleware({ verify: () => true }) })
    const result = await generateText({ model: wrapped, prompt: 'What time is it?', tools })
    expect([result.text, asked.length]).toEqual(['no tool needed', 1])
    expect(result.warnings).toMatchObject([{ type: 'other', message: expect.stringMatching(/without a search: it offers tools/) }])
    const stream = streamText({ model: wrapped, prompt: 'And now?', tools })
    await stream.consumeStream()
    expect(await stream.warnings).toMatchObject([{ message: expect.stringMatching(/it offers tools/) }])
    const strict = wrapLanguageModel({ model, middleware: searchMiddleware({ others: 'refuse' }) })
    await expect(generateText({ model: strict, prompt: 'Time?', tools })).rejects.toMatchObject({ code: 'E_LANGUAGE_MODEL_CALL' })
  })

  it('warns that the temperature 0 leaves nothing to search among', async () => {
    const { model } = provider('x')
    const wrapped = wrapLanguageModel({ model, middleware: searchMiddleware({ preset: 'fast', verify: () => true }) })
    const { warnings } = await generateText({ model: wrapped, prompt: 'x?', temperature: 0 })
    expect(warnings).toMatchObject([{ type: 'unsupported', feature: 'temperature' }])
  })
})

describe('asLanguageModel', () => {
  const prompt = 'Say something.'
  const over = (options: ScriptedOptions) =>
    asLanguageModel({ model: scripted(options), preset: 'fast', verify: longest, modelId: 'searched' })

  it('is a model over a model of ours', async () => {
    const model = over({ answers: ['short', ...Array<string>(5).fill('a bit longer')] })
    expect([model.provider, model.modelId]).toEqual(['banyan', 'searched'])
    expect((await generateText({ model, prompt })).text).toBe('a bit longer')
    expect(await streamText({ model, prompt }).text).toBe('a bit longer')
    expect(asLanguageModel({ model: provider('x').model }).modelId).toBe('tiny')
  })

  it('refuses tools and files, since there is nobody to pass them to', async () => {
    const tools = { now: tool({ inputSchema: z.object({}), execute: () => 12 }) }
    await expect(generateText({ model: over({}), prompt, tools })).rejects.toMatchObject({
      code: 'E_LANGUAGE_MODEL_CALL',
      message: expect.stringMatching(/it offers tools.*searchTools/),
    })
    const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([1]) } } as const
    await expect(over({}).doGenerate({ prompt: [{ role: 'user', content: [file] }] })).rejects.toMatchObject({
      code: 'E_LANGUAGE_MODEL_CALL',
    })
    await expect(over({}).doStream({ prompt: [] })).rejects.toMatchObject({ code: 'E_LANGUAGE_MODEL_CALL' })
  })

  it.each<[string, ScriptedOptions, string]>([
    ['a model that says nothing', { answers: [''] }, 'E_ANSWER_NONE'],
    ['a refused key', { fail: () => ({ status: 401 }) }, 'E_MODEL_AUTH'],
    ['a rate limit', { fail: () => ({ status: 429 }) }, 'E_SEARCH_FAILING'],
    ['a server that fails', { fail: () => ({ status: 500 }) }, 'E_SEARCH_FAILING'],
  ])('%s is an error that no app retries, streamed or not', async (_, options, code) => {
    const inner = scripted(options)
    const model = asLanguageModel({ model: inner, preset: 'fast', verify: longest })
    await expect(generateText({ model, prompt, maxRetries: 3 })).rejects.toMatchObject({ code })
    const once = inner.calls
    const errors: unknown[] = []
    await streamText({ model, prompt, maxRetries: 3, onError: ({ error }) => void errors.push(error) }).consumeStream()
    expect(errors).toMatchObject([{ code }])
    expect(inner.calls).toBe(2 * once)
  })

  it('keeps to itself that its own provider could be asked again', async () => {
    let calls = 0
    const refused = new APICallError({ message: 'bad', url: 'http://x', requestBodyValues: {}, statusCode: 400, isRetryable: true })
    const inner = new MockLanguageModelV4({ doGenerate: () => Promise.reject(++calls > 0 && refused) })
    await expect(generateText({ model: asLanguageModel({ model: inner, preset: 'fast' }), prompt, maxRetries: 3 })).rejects.toMatchObject({
      code: 'E_MODEL_REQUEST',
    })
    expect(calls).toBeLessThanOrEqual(4)
  })

  it('stops with the reason of the app', async () => {
    const reason = new Error('the user has left')
    const stopping = new AbortController()
    const model = over({ fail: () => 'hang' })
    const waiting = model.doGenerate({
      prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
      abortSignal: stopping.signal,
    })
    setTimeout(() => stopping.abort(reason), 10)
    await expect(waiting).rejects.toBe(reason)
    await expect(generateText({ model, prompt, abortSignal: AbortSignal.timeout(10) })).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('stops when its stream is given up', async () => {
    const inner = scripted({ fail: ({ call }) => (call === 0 ? undefined : 'hang'), answers: ['x'] })
    const { stream } = await asLanguageModel({ model: inner, preset: 'fast', verify: longest }).doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }],
    })
    const reader = stream.getReader()
    expect((await reader.read()).value).toEqual({ type: 'stream-start', warnings: [] })
    await reader.cancel()
    const calls = inner.calls
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(inner.calls).toBe(calls)
  })
})
