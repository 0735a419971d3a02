// The most that a search can use, told before it starts, and never less than what it then uses.
import { expect, it } from 'vitest'
import { scripted } from '../models/scripted.ts'
import { bestOf } from './best-of.ts'
import { estimate } from './estimate.ts'
import { improve } from './improve.ts'

const price = { input: 1, output: 10, asOf: '2026-01-01' }
const dear = (answers: readonly string[] = ['one two three']) => scripted({ answers, price })

it('counts what best of n asks, and what its judge asks', () => {
  const job = { model: dear(), prompt: 'x'.repeat(1000), n: 8, maxTokens: 100 }
  const verified = estimate({ ...job, verify: () => true, secondsPerCall: 2 })
  expect(verified).toMatchObject({ calls: 8, tokens: 800, seconds: 2, settings: { searcher: { name: 'best-of-n' } } })
  // 8 prompts of (1,000 + 1,000) / 2 + 100 tokens at $1, and 800 tokens at $10, for a million.
  expect(verified.usd).toBeCloseTo((8 * 1100 + 800 * 10) / 1e6)
  const judge = scripted({ score: () => -1 })
  expect(estimate({ ...job, judge })).toMatchObject({ calls: 16, tokens: 800 })
  expect(estimate({ ...job, verify: () => true, budget: { calls: 5, seconds: 9 } })).toMatchObject({ calls: 5, tokens: 800, seconds: 9 })
})

it('knows of other searches what their budget says', () => {
  const model = dear()
  const job = estimate({ model, prompt: 'x', verify: () => 0.5 })
  expect(job).toMatchObject({ most: { calls: 32 }, calls: 32, settings: { notes: [expect.stringMatching(/no budget was given/)] } })
  expect(job.tokens).toBeUndefined()
  expect(job.usd).toBeUndefined()
  expect(estimate({ model, prompt: 'x', verify: () => 0.5, budget: { usd: 0.1, tokens: 50 } })).toMatchObject({ tokens: 50, usd: 0.1 })
  expect(estimate({ model: scripted(), prompt: 'x', verify: () => 0.5 }).usd).toBe(0)
})

it('is an upper bound', async () => {
  for (const seed of [1, 2, 3]) {
    const job = { model: dear(['a b', 'c d e f g', 'h']), prompt: 'Say something.', seed, maxTokens: 4, verify: () => 0.5 } as const
    const most = estimate({ ...job, n: 5 })
    const { usage } = await bestOf({ ...job, n: 5 })
    expect(usage.calls).toBeLessThanOrEqual(most.calls!)
    expect(usage.tokens).toBeLessThanOrEqual(most.tokens!)
    expect(usage.usd).toBeLessThanOrEqual(most.usd!)
    const used = await improve({ ...job, preset: 'thorough', budget: { calls: 9, tokens: 30 } })
    const bound = estimate({ ...job, preset: 'thorough', budget: { calls: 9, tokens: 30 } })
    expect(used.usage.usd).toBeLessThanOrEqual(bound.usd!)
  }
})
