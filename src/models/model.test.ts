import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fakeContext } from '../testing/fake-context.ts'
import { embed, type GenerateRequest, generate, score } from './model.ts'
import { scripted } from './scripted.ts'

const ask = (more: Partial<GenerateRequest> = {}): GenerateRequest => ({
  messages: [{ role: 'user', content: 'one two' }],
  maxTokens: 50,
  ...more,
})
const words = (count: number) => Array.from({ length: count }, (_, place) => `w${place}`).join(' ')

describe('generate', () => {
  it('makes one recorded call and counts what it used', async () => {
    const context = fakeContext()
    const samples = await generate(scripted({ answers: ['a b c'] }), ask({ count: 2 }), context)
    expect(samples.map((sample) => sample.text)).toEqual(['a b c', 'a b c'])
    expect(context.calls).toHaveLength(1)
    expect(context.calls[0]).toMatchObject({ kind: 'generate', by: 'scripted' })
    expect(context.used).toEqual({ calls: 1, tokens: 6, evaluatedTokens: 2, billedTokens: 8, usd: 0 })
  })

  it('gives fewer samples, or one shorter one, when the grant is too small for all', async () => {
    const model = scripted({ answers: [words(40)] })
    const context = fakeContext({ grant: { tokens: 25 } })
    const samples = await generate(model, ask({ count: 4 }), context)
    expect(samples.map((sample) => sample.text.split(' ').length)).toEqual([25])
    expect(context.used.tokens).toBe(25)
    const roomy = fakeContext({ grant: { tokens: 105 } })
    const whole = await generate(model, ask({ count: 4 }), roomy)
    expect(whole.map((sample) => sample.text.split(' ').length)).toEqual([40, 40])
  })

  it('starves when no tokens or no calls are left, before the model is asked', async () => {
    const model = scripted({ answers: ['a'] })
    await expect(generate(model, ask(), fakeContext({ grant: { tokens: 0 } }))).rejects.toMatchObject({ code: 'E_BUDGET_STARVED' })
    await expect(generate(model, ask(), fakeContext({ grant: { calls: 0 } }))).rejects.toMatchObject({ code: 'E_BUDGET_STARVED' })
    expect(model.calls).toBe(0)
  })

  it('never draws more tokens than were granted from a model that keeps to maxTokens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 30 }),
        async (tokens, count, maxTokens) => {
          const context = fakeContext({ grant: { tokens } })
          await generate(scripted({ answers: [words(40)] }), ask({ count, maxTokens }), context)
          // A sample has at least one token, so a grant smaller than the number of samples is passed.
          expect(context.used.tokens).toBeLessThanOrEqual(Math.max(tokens, count))
        },
      ),
      { numRuns: 50 },
    )
  })

  it('emulates several samples by calls of their own, numbered in order and differently seeded', async () => {
    const model = scripted({ answer: (_, { seed }) => `seed ${seed}`, capabilities: { count: false } })
    const context = fakeContext()
    const samples = await generate(model, ask({ count: 3 }), context)
    expect(samples).toHaveLength(3)
    expect(new Set(samples.map((sample) => sample.text)).size).toBe(3)
    expect(context.calls.map((call) => call.index)).toEqual([0, 1, 2])
    expect(context.calls.map((call) => `seed ${call.seed}`)).toEqual(samples.map((sample) => sample.text))
    expect(context.used.calls).toBe(3)
    const again = await generate(model, ask({ count: 3 }), fakeContext())
    expect(again).toEqual(samples)
  })

  it('refuses what the model cannot do, before it is asked', async () => {
    const nothing = { count: false, logProbs: false, prefix: false, completion: false, grammar: false }
    const model = scripted({ capabilities: nothing })
    const requests: Partial<GenerateRequest>[] = [{ prompt: 'x' }, { prefix: 'x' }, { logProbs: true }, { grammar: 'root ::= "a"' }]
    for (const request of requests) {
      await expect(generate(model, ask(request), fakeContext())).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY', fatal: true })
    }
    await expect(generate(model, ask({ prefix: '' }), fakeContext())).resolves.toHaveLength(1)
    expect(model.calls).toBe(1)
  })

  it('counts money by the price, and what a failed call had used', async () => {
    const price = { input: 1_000_000, output: 2_000_000, asOf: '2026-01-01' }
    const context = fakeContext()
    await generate(scripted({ answers: ['a b c'], price }), ask(), context)
    expect(context.used.usd).toBe(2 * 1 + 3 * 2)
    const failing = fakeContext()
    await expect(generate(scripted({ answers: ['a b c d'], fail: { 0: 'cut' } }), ask(), failing)).rejects.toThrow()
    expect(failing.used).toMatchObject({ calls: 1, tokens: 2 })
    const unknown = fakeContext()
    await generate(scripted({ answers: ['a'], price: 'unknown' }), ask(), unknown)
    expect(unknown.used).not.toHaveProperty('usd')
  })
})

describe('score', () => {
  it('gives the log-probabilities of texts within a call that generates nothing', async () => {
    const context = fakeContext({ grant: { tokens: 0, calls: 1 } })
    const scores = await score(scripted({ score: (text) => -text.length }), { prompt: 'one two', continuations: [' a', ' bcd'] }, context)
    expect(scores.map((item) => item.logProb)).toEqual([-2, -4])
    expect(context.used).toMatchObject({ calls: 1, tokens: 0, evaluatedTokens: 4 })
    await expect(score(scripted({ score: () => -1 }), { prompt: 'x', continuations: ['a'] }, context)).rejects.toMatchObject({
      code: 'E_BUDGET_STARVED',
    })
  })

  it('is refused by models that cannot', async () => {
    await expect(score(scripted(), { prompt: 'x', continuations: ['a'] }, fakeContext())).rejects.toMatchObject({
      code: 'E_MODEL_CAPABILITY',
    })
    const denied = scripted({ score: () => -1, capabilities: { score: false } })
    await expect(score(denied, { prompt: 'x', continuations: ['a'] }, fakeContext())).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY' })
  })
})

describe('embed', () => {
  it('gives one vector for each text within a call, and asks nothing for no texts', async () => {
    const model = scripted({ embed: (text) => [text.length, 1] })
    const context = fakeContext({ grant: { calls: 1 } })
    expect(await embed(model, [], context)).toEqual([])
    expect(await embed(model, ['one', 'three'], context)).toEqual([
      [3, 1],
      [5, 1],
    ])
    expect(context.used).toMatchObject({ calls: 1, tokens: 0, evaluatedTokens: 2 })
    await expect(embed(model, ['x'], context)).rejects.toMatchObject({ code: 'E_BUDGET_STARVED' })
  })

  it('is refused by models that cannot', async () => {
    await expect(embed(scripted(), ['x'], fakeContext())).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY', fatal: true })
  })
})
