import { describe, expect, it } from 'vitest'
import { fakeContext } from '../../testing/fake-context.ts'
import { type GenerateRequest, generate } from '../model.ts'
import { scripted } from '../scripted.ts'
import { cache } from './cache.ts'
import { priceOf, prices, requirePrice, withPrice } from './prices.ts'
import { retry } from './retry.ts'
import { usage, usageTotals } from './usage.ts'
import { wrapModel } from './wrap-model.ts'

const request: GenerateRequest = { messages: [{ role: 'user', content: 'one two' }], maxTokens: 9 }
const run = { seed: 1, signal: new AbortController().signal }
const dear = { input: 1e6, output: 1e7, asOf: '2026-01-01' }

describe('usage', () => {
  it('adds up by model, failures too, and tells each call', async () => {
    const totals = usageTotals()
    const told: string[] = []
    const counted = usage({ totals, onUsage: ({ kind, failed, usage }) => told.push(`${kind} ${failed} ${usage.generated}`) })
    const model = wrapModel(scripted({ name: 'm', answers: ['a b c'], fail: { 1: 'cut' } }), counted)
    await model.generate(request, run)
    await expect(model.generate(request, run)).rejects.toThrow()
    expect(totals.of('m')).toEqual({ calls: 1, failures: 1, estimated: 0, generated: 5, evaluated: 4, billed: 9, usd: 0 })
    expect(totals.of('other')).toMatchObject({ calls: 0, generated: 0 })
    expect(Object.keys(totals.all())).toEqual(['m'])
    expect(told).toEqual(['generate false 3', 'generate true 2'])
  })

  it('outside a cache sees what is asked, inside what is paid', async () => {
    const [asked, paid] = [usageTotals(), usageTotals()]
    const model = wrapModel(scripted({ answers: ['a'] }), usage({ totals: asked }), cache(), usage({ totals: paid }))
    await model.generate(request, run)
    await model.generate(request, run)
    expect([asked.of('scripted').calls, paid.of('scripted').calls]).toEqual([2, 1])
    expect(asked.of('scripted').generated).toBe(1)
  })
})

describe('prices', () => {
  it('are dated, finite, and known by their exact name only', () => {
    for (const price of Object.values(prices)) {
      expect(price.asOf).toMatch(/^20\d\d-[01]\d-[0-3]\d$/)
      expect(price.output).toBeGreaterThan(price.input)
    }
    expect(priceOf('openai/gpt-4o-mini')).toMatchObject({ input: 0.15, output: 0.6 })
    for (const id of ['gpt-4o-mini', 'openai/gpt-4o-mini-2', 'proxy/gpt-4o-mini', 'constructor', '']) expect(priceOf(id)).toBeUndefined()
  })

  it('that are unknown are refused by the name of the option', () => {
    const unknown = scripted({ price: 'unknown' })
    expect(() => requirePrice(unknown)).toThrow(expect.objectContaining({ code: 'E_MODEL_PRICE', fatal: true }))
    expect(() => requirePrice(unknown)).toThrow(/price: \{ input, output, asOf \}.*withPrice/)
    expect(requirePrice(wrapModel(unknown, withPrice(dear)))).toEqual(dear)
  })

  it('that are stated are counted, in answers and in failures', async () => {
    const model = wrapModel(scripted({ answers: ['a b c'], price: 'unknown', fail: { 1: 'cut' } }), withPrice(dear))
    expect((await model.generate(request, run)).usage.usd).toBeCloseTo(2 * 1 + 3 * 10)
    await expect(model.generate(request, run)).rejects.toMatchObject({ code: 'E_MODEL_SERVER', usage: { tokens: 2, usd: 2 * 1 + 2 * 10 } })
  })

  it('reach the budget through a whole stack', async () => {
    const inner = scripted({ answers: ['a b c'], price: 'unknown', fail: ({ attempt }) => (attempt === 0 ? 'cut' : undefined) })
    const context = fakeContext({ grant: { usd: 100 } })
    await generate(wrapModel(inner, cache(), withPrice(dear), retry({ baseDelay: 1 })), request, context)
    expect(context.used).toMatchObject({ calls: 1, tokens: 2 + 3, evaluatedTokens: 4 })
    expect(context.used.usd).toBeCloseTo(4 * 1 + 5 * 10)
  })

  it.each([
    { input: -1, output: 1 },
    { input: 1, output: Number.NaN },
  ])('cannot be %j', (price) => {
    expect(() => withPrice({ ...price, asOf: '2026-01-01' })).toThrow(expect.objectContaining({ code: 'E_MODEL_PRICE' }))
  })
})
