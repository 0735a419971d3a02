import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GenerateRequest, ModelRun } from './model.ts'
import { scripted, scriptedTokens } from './scripted.ts'

const run = (seed = 1, signal = new AbortController().signal): ModelRun => ({ seed, signal })
const ask = (content: string, more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  messages: [{ role: 'user', content }],
  maxTokens: 50,
  ...more,
})

describe('a scripted model', () => {
  it('says what its answer function says, and counts words', async () => {
    const model = scripted({ answer: (request) => `you said: ${request.messages?.[0]?.content}` })
    const { samples, usage } = await model.generate(ask('one two three'), run())
    expect(samples).toEqual([{ text: 'you said: one two three', finish: 'stop' }])
    expect(usage).toEqual({ generated: 5, evaluated: 3, billed: 8 })
    expect(model.calls).toBe(1)
    expect(model.log[0]).toMatchObject({ kind: 'generate', call: 0, attempt: 0, seed: 1 })
  })

  it('cuts at stop texts and at maxTokens, and a smaller bound gives the beginning of the same text', async () => {
    const model = scripted({ answers: ['a b c. d e', 'f g h. i j'] })
    const whole = (await model.generate(ask('x'), run(7))).samples[0]!
    const short = (await model.generate(ask('x', { maxTokens: 2 }), run(7))).samples[0]!
    expect(whole.text.startsWith(short.text)).toBe(true)
    expect(short).toMatchObject({ finish: 'length' })
    expect(scriptedTokens(short.text)).toHaveLength(2)
    expect((await model.generate(ask('x', { stop: ['.'] }), run(7))).samples[0]!.text).toBe(whole.text.split('.')[0])
  })

  it('gives log-probabilities and scores as scripted', async () => {
    const model = scripted({ answers: ['a b'], logProb: (token) => (token === 'a' ? -0.5 : -2), score: (text) => -text.length })
    const { samples } = await model.generate(ask('x', { logProbs: true }), run())
    expect(samples[0]!.tokens?.logProbs).toEqual([-0.5, -2])
    expect(samples[0]!.tokens?.ids).toHaveLength(2)
    const { scores } = await model.score!({ prompt: 'p', continuations: ['ab', 'c d'] }, run())
    expect(scores).toEqual([
      { logProb: -2, tokens: 1 },
      { logProb: -3, tokens: 2 },
    ])
    expect(scripted().score).toBeUndefined()
  })

  it('depends on request and seed only, whatever the delays and the order of calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat(3)), { minLength: 2, maxLength: 8 }), async (asked) => {
        const answers = ['a', 'b', 'c', 'd', 'e']
        const [slow, quick] = [scripted({ answers, delay: [0, 3] }), scripted({ answers })]
        const text = async (model: typeof slow, [seed, name]: [number, number]) =>
          (await model.generate(ask(`${name}`, { count: 2 }), run(seed))).samples.map((sample) => sample.text)
        const together = await Promise.all(asked.map((one) => text(slow, one)))
        const reversed: string[][] = []
        for (const one of asked.toReversed()) reversed.unshift(await text(quick, one))
        expect(together).toEqual(reversed)
      }),
      { numRuns: 20 },
    )
  })

  it('samples of one call differ, and greedy ones do not', async () => {
    const model = scripted({ answers: Array.from({ length: 100 }, (_, place) => `answer ${place}`) })
    const texts = async (temperature: number) =>
      new Set((await model.generate(ask('x', { count: 10, temperature }), run(3))).samples.map((sample) => sample.text)).size
    expect(await texts(1)).toBeGreaterThan(5)
    expect(await texts(0)).toBe(1)
  })

  it('takes all samples of a call at once', async () => {
    const model = scripted({ answer: () => ['a', { text: 'b', finish: 'refused' }, 'c'] })
    const { samples } = await model.generate(ask('x', { count: 2 }), run())
    expect(samples).toEqual([
      { text: 'a', finish: 'stop' },
      { text: 'b', finish: 'refused' },
    ])
  })

  it('refuses what it is said not to be able to do', async () => {
    const model = scripted({ capabilities: { count: false, logProbs: false } })
    await expect(model.generate(ask('x', { count: 2 }), run())).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY', fatal: true })
    await expect(model.generate(ask('x', { logProbs: true }), run())).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY' })
    const small = scripted({ answers: ['a b c'], contextLength: 5 })
    await expect(small.generate(ask('one two three'), run())).rejects.toMatchObject({ code: 'E_MODEL_CONTEXT' })
  })

  it('survives a megabyte, lone surrogates and control characters', async () => {
    const model = scripted({ answer: (request) => (request.stop ? 'a\uD800b\u0000\u001b[31m' : 'x'.repeat(3_000_000)) })
    const [dirty] = (await model.generate(ask('x', { stop: ['!'] }), run())).samples
    expect(dirty!.text).toBe('a\uFFFDb\uFFFD\uFFFD[31m')
    const [long] = (await model.generate(ask('x'), run())).samples
    expect(long).toMatchObject({ finish: 'length' })
    expect(long!.text).toHaveLength(1_048_576)
  })
})

describe('scripted failures', () => {
  const codes = [
    [{ status: 401 }, 'E_MODEL_AUTH', true],
    [{ status: 429, retryAfter: 2000 }, 'E_MODEL_RATE', false],
    [{ status: 500 }, 'E_MODEL_SERVER', false],
    [{ status: 400 }, 'E_MODEL_REQUEST', true],
    ['timeout', 'E_MODEL_TIMEOUT', false],
    ['cut', 'E_MODEL_SERVER', false],
    ['broken', 'E_MODEL_OUTPUT', false],
  ] as const
  it.each(codes)('%j is %s', async (failure, code, fatal) => {
    const model = scripted({ answers: ['a b c'], fail: { 0: failure } })
    await expect(model.generate(ask('x'), run())).rejects.toMatchObject({ code, fatal })
    expect((await model.generate(ask('x'), run())).samples[0]!.text).toBe('a b c')
  })

  it('says what was used, and how long to wait', async () => {
    const model = scripted({ answers: ['a b c'], fail: { 0: 'cut', 1: { status: 429, retryAfter: 2000 } } })
    await expect(model.generate(ask('x'), run())).rejects.toMatchObject({ usage: { tokens: 2, evaluatedTokens: 1 } })
    await expect(model.generate(ask('x'), run())).rejects.toMatchObject({ retryAfter: 2000 })
  })

  it('hangs until the signal fires', async () => {
    const controller = new AbortController()
    const answer = scripted({ answers: ['a'], fail: () => 'hang' }).generate(ask('x'), run(1, controller.signal))
    controller.abort()
    await expect(answer).rejects.toMatchObject({ code: 'E_MODEL_ABORTED' })
  })

  it('by attempt, fails the first time that a request comes with a seed, in any order', async () => {
    const model = scripted({ answers: ['a'], fail: ({ attempt }) => (attempt === 0 ? { status: 500 } : undefined) })
    const outcome = (seed: number) =>
      model.generate(ask('x'), run(seed)).then(
        () => 'ok',
        () => 'failed',
      )
    expect(await Promise.all([outcome(1), outcome(2), outcome(1)])).toEqual(['failed', 'failed', 'ok'])
  })
})
