import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import type { GenerateRequest } from '../model.ts'
import { scripted } from '../scripted.ts'
import { cache, leastRecentlyUsed } from './cache.ts'
import { wrapModel } from './wrap-model.ts'

const ask = (content: string): GenerateRequest => ({ messages: [{ role: 'user', content }], maxTokens: 9 })
const run = (seed = 1) => ({ seed, signal: new AbortController().signal })

describe('cache', () => {
  it('answers the same call from memory, and reports that nothing was used', async () => {
    const inner = scripted({ answer: (_, { seed }) => `seed ${seed}` })
    const model = wrapModel(inner, cache())
    const first = await model.generate(ask('x'), run())
    const second = await model.generate({ maxTokens: 9, messages: [{ content: 'x', role: 'user' }] }, run())
    expect(second.samples).toEqual(first.samples)
    expect([first.usage.generated, second.usage]).toEqual([2, { generated: 0, evaluated: 0 }])
    expect(inner.calls).toBe(1)
  })

  it('tells requests, seeds, models and tenants apart', async () => {
    const map = leastRecentlyUsed(100)
    const one = scripted({ name: 'one', answers: ['a'] })
    const two = scripted({ name: 'two', answers: ['a'] })
    await wrapModel(one, cache({ map })).generate(ask('x'), run(1))
    await wrapModel(one, cache({ map })).generate(ask('x'), run(2))
    await wrapModel(one, cache({ map })).generate(ask('y'), run(1))
    await wrapModel(one, cache({ map, tenant: 'anna' })).generate(ask('x'), run(1))
    await wrapModel(two, cache({ map })).generate(ask('x'), run(1))
    expect([one.calls, two.calls]).toEqual([4, 1])
    await wrapModel(one, cache({ map, tenant: 'anna' })).generate(ask('x'), run(1))
    expect(one.calls).toBe(4)
  })

  it('keeps scores whatever the seed, and no failures', async () => {
    const inner = scripted({ answers: ['a'], score: () => -1, fail: { 0: { status: 500 } } })
    const model = wrapModel(inner, cache())
    await expect(model.generate(ask('x'), run())).rejects.toThrow()
    await model.generate(ask('x'), run())
    const scores = { prompt: 'p', continuations: ['a'] }
    expect(await model.score!(scores, run(1))).toMatchObject({ scores: [{ logProb: -1, tokens: 1 }] })
    expect(await model.score!(scores, run(2))).toMatchObject({ scores: [{ logProb: -1, tokens: 1 }], usage: { evaluated: 0 } })
    expect(inner.calls).toBe(3)
  })

  it('leaves aside what is no answer', async () => {
    const inner = scripted({ answers: ['a'] })
    const rubbish: Json[] = ['text', null, { samples: 'no list' }, { scores: [] }]
    for (const entry of rubbish) {
      const model = wrapModel(inner, cache({ map: { get: () => entry, set: () => undefined } }))
      expect((await model.generate(ask('x'), run())).samples[0]!.text).toBe('a')
    }
    expect(inner.calls).toBe(rubbish.length)
  })

  it('forgets what was used longest ago', () => {
    const map = leastRecentlyUsed(2)
    map.set('a', 1)
    map.set('b', 2)
    map.get('a')
    map.set('c', 3)
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3])
  })
})
