import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider'
import { MockLanguageModelV4 } from 'ai/test'
import { describe, expect, it } from 'vitest'
import { fakeContext } from '../testing/fake-context.ts'
import { aiSdkModel } from './ai-sdk.ts'
import { estimatedTokens } from './ai-sdk-result.ts'
import { type GenerateRequest, generate, type ModelRun } from './model.ts'

const run: ModelRun = { seed: 4_000_000_000, signal: new AbortController().signal }
const ask = (more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  messages: [{ role: 'user', content: 'Hello?' }],
  maxTokens: 20,
  ...more,
})

type Usage = LanguageModelV4GenerateResult['usage']
const usageOf = (input: number | undefined, output: number | undefined, cached = 0, reasoning = 0): Usage => ({
  inputTokens: { total: input, noCache: input === undefined ? undefined : input - cached, cacheRead: cached, cacheWrite: undefined },
  outputTokens: { total: output, text: output === undefined ? undefined : output - reasoning, reasoning },
})

function answering(text: string, change: Partial<LanguageModelV4GenerateResult> = {}) {
  return new MockLanguageModelV4({
    provider: 'mock.chat',
    modelId: 'm-1',
    doGenerate: {
      content: [{ type: 'text', text }],
      finishReason: { unified: 'stop', raw: 'stop' },
      usage: usageOf(12, 3),
      warnings: [],
      ...change,
    },
  })
}

describe('a model of the AI SDK', () => {
  it('answers a chat within a trial', async () => {
    const context = fakeContext({ grant: { tokens: 10 } })
    const mock = answering('Hi there.')
    const samples = await generate(
      aiSdkModel(mock),
      ask({ messages: [{ role: 'system', content: 'Be kind.' }, ...ask().messages!] }),
      context,
    )
    expect(samples).toEqual([{ text: 'Hi there.', finish: 'stop' }])
    expect(context.used).toEqual({ calls: 1, tokens: 3, evaluatedTokens: 12, billedTokens: 15 })
    expect(mock.doGenerateCalls[0]).toMatchObject({
      prompt: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: [{ type: 'text', text: 'Hello?' }] },
      ],
      maxOutputTokens: 10,
      temperature: 1,
    })
  })

  it('passes every setting on, and none that means nothing', async () => {
    const mock = answering('x')
    const model = aiSdkModel(mock, { prefix: true, providerOptions: { mock: { tier: 'low' } } })
    const schema = { type: 'object' }
    await model.generate(ask({ temperature: 0, topP: 0.9, topK: 40, stop: ['1', '2', '3', '4', '5'], schema, prefix: 'So' }), run)
    expect(mock.doGenerateCalls[0]).toMatchObject({
      temperature: 0,
      topP: 0.9,
      topK: 40,
      stopSequences: ['1', '2', '3', '4'],
      responseFormat: { type: 'json', schema },
      seed: 4_000_000_000 & 0x7fffffff,
      providerOptions: { mock: { tier: 'low' } },
    })
    expect(mock.doGenerateCalls[0]!.prompt.at(-1)).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'So' }] })
    expect(mock.doGenerateCalls[0]!.abortSignal).toBeInstanceOf(AbortSignal)
    await aiSdkModel(mock, { seed: false }).generate(ask({ topP: 1, topK: 0, stop: [] }), run)
    const plain = mock.doGenerateCalls[1]!
    for (const key of ['topP', 'topK', 'stopSequences', 'seed', 'responseFormat', 'providerOptions']) expect(plain).not.toHaveProperty(key)
  })

  it('declares what it can do, and refuses the rest', async () => {
    const model = aiSdkModel(answering('x'))
    expect(model.name).toBe('mock/m-1')
    expect(model.reproducible).toBe('recorded')
    expect(model.capabilities).toMatchObject({
      count: false,
      logProbs: false,
      score: false,
      prefix: false,
      completion: false,
      schema: true,
    })
    expect(model.price).toBeUndefined()
    for (const request of [{ count: 2 }, { prompt: 'x' }, { prefix: 'x' }, { logProbs: true }, { grammar: 'x' }]) {
      await expect(model.generate(ask(request), run)).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY', fatal: true })
    }
    expect(() => aiSdkModel({ specificationVersion: 'v2' } as never)).toThrow(/v4/)
    expect(await generate(model, ask({ count: 3 }), fakeContext())).toHaveLength(3)
  })

  it('cuts at stop texts that the provider left in', async () => {
    const { samples } = await aiSdkModel(answering('one. two! three')).generate(ask({ stop: ['!', '.'] }), run)
    expect(samples[0]).toEqual({ text: 'one', finish: 'stop' })
  })

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['content-filter', 'refused'],
    ['tool-calls', 'other'],
    ['interrupted', 'other'],
    ['other', 'other'],
  ] as const)('the finish reason %s is %s', async (unified, finish) => {
    const model = aiSdkModel(answering('x', { finishReason: { unified, raw: undefined } }))
    expect((await model.generate(ask(), run)).samples[0]!.finish).toBe(finish)
  })

  it('counts cached and reasoning tokens, and money at the full input price', async () => {
    const price = { input: 1, output: 10, asOf: '2026-01-01' }
    const model = aiSdkModel(answering('x', { usage: usageOf(1000, 500, 800, 400) }), { price })
    const { usage } = await model.generate(ask(), run)
    expect(usage).toEqual({ generated: 500, evaluated: 200, billed: 1500, usd: (1000 * 1 + 500 * 10) / 1e6 })
  })

  it.each([
    ['nothing', usageOf(undefined, undefined)],
    ['zeros', usageOf(0, 0)],
    ['rubbish', usageOf(Number.NaN, -3)],
    ['no usage', undefined as unknown as Usage],
  ])('estimates tokens when a provider reports %s', async (_, usage) => {
    const said = 'zwölf Boxkämpfer jagen Viktor'
    const result = await aiSdkModel(answering(said, { usage })).generate(ask(), run)
    const [input, output] = [estimatedTokens('Hello?\n'), estimatedTokens(said)]
    expect(output).toBe(Math.ceil(31 / 4))
    expect(result.usage).toEqual({ generated: output, evaluated: input, billed: input + output, estimated: true })
  })

  it('survives a megabyte, lone surrogates and control characters, and answers without content', async () => {
    const long = await aiSdkModel(answering('x'.repeat(2_000_000))).generate(ask(), run)
    expect(long.samples[0]).toMatchObject({ finish: 'length' })
    expect(long.samples[0]!.text).toHaveLength(1_048_576)
    const dirty = await aiSdkModel(answering('a\uDC00\u0007b')).generate(ask(), run)
    expect(dirty.samples[0]!.text).toBe('a\uFFFD\uFFFDb')
    const empty = await aiSdkModel(answering('', { content: [] })).generate(ask(), run)
    expect(empty.samples[0]).toEqual({ text: '', finish: 'stop' })
    for (const broken of [{ content: undefined }, { content: 'text' }]) {
      await expect(aiSdkModel(answering('', broken as never)).generate(ask(), run)).rejects.toMatchObject({ code: 'E_MODEL_OUTPUT' })
    }
    const nothing = new MockLanguageModelV4({ doGenerate: async () => undefined as never })
    await expect(aiSdkModel(nothing).generate(ask(), run)).rejects.toMatchObject({ code: 'E_MODEL_OUTPUT' })
    const failed = answering('', { finishReason: { unified: 'error', raw: 'x' } })
    await expect(aiSdkModel(failed).generate(ask(), run)).rejects.toMatchObject({ code: 'E_MODEL_SERVER', usage: { tokens: 3 } })
  })

  it('leaves reasoning out of the text', async () => {
    const content: LanguageModelV4GenerateResult['content'] = [
      { type: 'reasoning', text: 'hmm' },
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]
    expect((await aiSdkModel(answering('', { content })).generate(ask(), run)).samples[0]!.text).toBe('ab')
  })

  it('says when a provider leaves out a schema, and tells other warnings', async () => {
    const warnings: string[] = []
    const deaf = answering('{}', { warnings: [{ type: 'unsupported', feature: 'responseFormat' }] })
    const model = aiSdkModel(deaf, { onWarning: (warning) => warnings.push(warning) })
    await expect(model.generate(ask({ schema: {} }), run)).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY', usage: { tokens: 3 } })
    await model.generate(ask(), run)
    expect(warnings).toEqual(['unsupported: responseFormat', 'unsupported: responseFormat'])
  })

  it('reads log-probabilities where an option says how', async () => {
    const tokens = [
      { text: 'one', logProb: -0.1 },
      { text: '.', logProb: -0.2 },
      { text: ' two', logProb: -0.3 },
    ]
    const read = () => tokens
    const mock = answering('one. two')
    const model = aiSdkModel(mock, { logProbs: { providerOptions: { mock: { logprobs: true } }, read } })
    const [sample] = (await model.generate(ask({ logProbs: true, stop: [' two'] }), run)).samples
    expect(sample).toEqual({ text: 'one.', finish: 'stop', tokens: { ids: [-1, -1], logProbs: [-0.1, -0.2] } })
    expect(mock.doGenerateCalls[0]!.providerOptions).toEqual({ mock: { logprobs: true } })
    const silent = aiSdkModel(answering('x'), { logProbs: { read: () => undefined } })
    await expect(silent.generate(ask({ logProbs: true }), run)).rejects.toMatchObject({ code: 'E_MODEL_OUTPUT' })
  })

  it('does not wait for a provider that takes no notice of the signal', async () => {
    const hanging = new MockLanguageModelV4({ doGenerate: () => new Promise<never>(() => {}) })
    await expect(aiSdkModel(hanging, { timeout: 5 }).generate(ask(), run)).rejects.toMatchObject({ code: 'E_MODEL_TIMEOUT' })
    const controller = new AbortController()
    const answer = aiSdkModel(hanging).generate(ask(), { seed: 1, signal: controller.signal })
    controller.abort()
    await expect(answer).rejects.toMatchObject({ code: 'E_MODEL_ABORTED' })
  })
})
