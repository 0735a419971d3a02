import { describe, expect, it } from 'vitest'
import type { GenerateRequest, ModelRun } from '../model.ts'
import { scripted } from '../scripted.ts'
import type { ScriptedFailure } from '../scripted-failure.ts'
import { type RetryOptions, retry } from './retry.ts'
import { wrapModel } from './wrap-model.ts'

const request: GenerateRequest = { messages: [{ role: 'user', content: 'x' }], maxTokens: 9 }
const run = (seed = 1, signal = new AbortController().signal): ModelRun => ({ seed, signal })

/** A model that fails in the given ways first, behind retry; and the waits that were made. */
function flaky(failures: readonly ScriptedFailure[], options: RetryOptions = {}) {
  const inner = scripted({ answers: ['a b c d'], score: () => -1, fail: ({ call }) => failures[call] })
  const delays: number[] = []
  const model = wrapModel(inner, retry({ baseDelay: 2, maxDelay: 50, onRetry: ({ delay }) => delays.push(delay), ...options }))
  return { inner, model, delays }
}

describe('retry', () => {
  it('asks again after errors that pass, with growing waits', async () => {
    const { inner, model, delays } = flaky([{ status: 500 }, { status: 429 }, 'timeout'])
    expect((await model.generate(request, run())).samples[0]!.text).toBe('a b c d')
    expect(inner.calls).toBe(4)
    for (const [place, delay] of delays.entries()) expect(delay).toBeLessThanOrEqual(2 * 2 ** place)
    expect(new Set(inner.log.map((call) => call.seed))).toEqual(new Set([1]))
  })

  it('waits as long as the call is seeded to', async () => {
    const waits = async (seed: number) => {
      const { model, delays } = flaky([{ status: 500 }, { status: 500 }])
      await model.generate(request, run(seed))
      return delays
    }
    expect(await waits(1)).toEqual(await waits(1))
    expect(await waits(1)).not.toEqual(await waits(2))
  })

  it.each([{ status: 401 }, { status: 400 }, 'broken'] as ScriptedFailure[])('does not ask again after %j', async (failure) => {
    const { inner, model } = flaky([failure])
    await expect(model.generate(request, run())).rejects.toThrow()
    expect(inner.calls).toBe(1)
  })

  it('gives up after its attempts with the last error, and says what all of them used', async () => {
    const { inner, model } = flaky(['cut', 'cut', 'cut', 'cut'], { attempts: 3 })
    await expect(model.generate(request, run())).rejects.toMatchObject({
      code: 'E_MODEL_SERVER',
      message: expect.stringContaining('(after 3 attempts)') as string,
      usage: { calls: 1, tokens: 6, evaluatedTokens: 3 },
    })
    expect(inner.calls).toBe(3)
  })

  it('adds what failed attempts used to the usage of the answer', async () => {
    const { model } = flaky(['cut', { status: 500 }])
    expect((await model.generate(request, run())).usage).toEqual({ generated: 2 + 4, evaluated: 1 + 1, billed: 3 + 5 })
  })

  it('waits as long as the provider asks, within its bound', async () => {
    const { model, delays } = flaky([{ status: 429, retryAfter: 20 }])
    await model.generate(request, run())
    expect(delays[0]).toBeGreaterThanOrEqual(20)
    expect(delays[0]).toBeLessThanOrEqual(22)
  })

  it('gives up at once when the provider asks for more', async () => {
    const { inner, model, delays } = flaky([{ status: 429, retryAfter: 3_600_000 }])
    await expect(model.generate(request, run())).rejects.toMatchObject({
      code: 'E_MODEL_RATE',
      message: expect.stringMatching(/3600000 ms.*maxDelay.*50 ms/) as string,
      retryAfter: 3_600_000,
    })
    expect([inner.calls, delays.length]).toEqual([1, 0])
  })

  it('never waits for ever: a hanging attempt is given up and made again', async () => {
    const { inner, model } = flaky(['hang', 'hang'], { timeout: 5 })
    expect((await model.generate(request, run())).samples).toHaveLength(1)
    expect(inner.calls).toBe(3)
    await expect(flaky(Array(9).fill('hang'), { timeout: 5, attempts: 2 }).model.generate(request, run())).rejects.toMatchObject({
      code: 'E_MODEL_TIMEOUT',
    })
  })

  it('stops at once when the caller does, while waiting and while asking', async () => {
    for (const failure of [{ status: 429, retryAfter: 600_000 }, 'hang'] as ScriptedFailure[]) {
      const controller = new AbortController()
      const { model } = flaky([failure], { maxDelay: 1_000_000 })
      const answer = model.generate(request, run(1, controller.signal))
      setTimeout(() => controller.abort(), 5)
      await expect(answer).rejects.toMatchObject({ code: 'E_MODEL_ABORTED' })
    }
    const { inner, model } = flaky([])
    await expect(model.generate(request, run(1, AbortSignal.abort()))).rejects.toMatchObject({ code: 'E_MODEL_ABORTED' })
    expect(inner.calls).toBe(0)
  })

  it('works for scores too, and keeps what the model is', async () => {
    const { inner, model } = flaky([{ status: 500 }])
    expect((await model.score!({ prompt: 'x', continuations: ['a'] }, run())).scores).toEqual([{ logProb: -1, tokens: 1 }])
    expect(model).toMatchObject({ name: inner.name, capabilities: inner.capabilities, reproducible: 'exact', price: inner.price })
    expect(model.embed).toBeUndefined()
  })

  it.each([{ attempts: 0 }, { attempts: 1.5 }, { baseDelay: -1 }, { maxDelay: Number.NaN }, { timeout: 0 }])('refuses %j', (options) => {
    expect(() => retry(options)).toThrow(expect.objectContaining({ code: 'E_MODEL_REQUEST' }))
  })
})
