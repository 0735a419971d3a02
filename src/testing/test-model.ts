// The contract of a model as tests. Call it in a vitest file; it knows nothing of how a model makes its answers, and judges none.
// Over 150 lines: one list of promises, read from top to bottom.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Awaitable } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'
import {
  type Capabilities,
  embed,
  type GenerateRequest,
  generate,
  type Message,
  type Model,
  type ModelRun,
  type Sample,
} from '../models/model.ts'
import { fakeContext } from './fake-context.ts'

export interface TestModelOptions {
  readonly name: string
  /** Called once; closed after the tests. */
  create(): Awaitable<Model>
  /** A chat that it can answer at any length. Default: a request for a story. */
  readonly messages?: readonly Message[]
  /** How far a log-probability may be from the same one computed in another batch, in nats a token. Default 0.05. */
  readonly tolerance?: number
}

/**
 * Tests that a model keeps its promises: counts, limits, stop texts, log-probabilities, scores, aborts, and that what it cannot do is refused.
 *
 * @example
 * testModel({ name: 'local', create: () => localModel({ model: 'smollm2-135m' }) })
 */
export function testModel(options: TestModelOptions): void {
  const { messages = [{ role: 'user', content: 'Tell me a story about a dog.' }], tolerance = 0.05 } = options

  describe(`the model ${options.name}`, () => {
    let model: Model
    beforeAll(async () => {
      model = await options.create()
    })
    afterAll(async () => {
      await model.close?.()
    })

    const run = (seed = 1): ModelRun => ({ seed, signal: new AbortController().signal })
    const ask = (request: Partial<GenerateRequest>, seed?: number) => model.generate({ messages, maxTokens: 12, ...request }, run(seed))
    /** Does the test where the model has a capability; otherwise sees the request refused before anything is computed. */
    const capable = async (capability: keyof Capabilities, request: Partial<GenerateRequest>, test: () => Promise<void>) => {
      if (model.capabilities[capability]) return test()
      const { messages: chat, ...rest } = { messages, maxTokens: 4, ...request }
      const whole = request.prompt === undefined ? { ...rest, messages: chat } : rest
      await expect(generate(model, whole, fakeContext())).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY', fatal: true })
    }

    describe('what it declares', () => {
      it('has a name, and says yes or no to every capability', () => {
        expect(model.name).not.toBe('')
        for (const name of capabilityNames) expect([name, typeof model.capabilities[name]]).toEqual([name, 'boolean'])
        expect(['exact', 'recorded']).toContain(model.reproducible)
        expect(model.score !== undefined).toBe(model.capabilities.score)
        expect(model.embed !== undefined).toBe(model.capabilities.embeddings)
      })

      it('has a context length of at least 1 and a price with its day, where it has them', () => {
        if (model.contextLength !== undefined) expect(model.contextLength).toBeGreaterThanOrEqual(1)
        if (model.price === undefined) return
        expect(model.price.input).toBeGreaterThanOrEqual(0)
        expect(model.price.output).toBeGreaterThanOrEqual(0)
        expect(model.price.asOf).toMatch(/^\d{4}-\d\d-\d\d$/)
      })
    })

    describe('samples', () => {
      it('gives one sample unless more are asked for', async () => {
        const { samples } = await ask({})
        expect(samples).toHaveLength(1)
        expect(['stop', 'length', 'refused', 'other']).toContain(samples[0]!.finish)
      })

      it('gives as many as are asked for, in one call or in several', async () => {
        expect(await generate(model, { messages, maxTokens: 6, count: 3 }, fakeContext())).toHaveLength(3)
      })

      it('stays within maxTokens, and counts what it generated', async () => {
        const count = model.capabilities.count ? 3 : 1
        const { samples, usage } = await ask({ maxTokens: 5, count })
        expect(usage.generated).toBeLessThanOrEqual(5 * count)
        expect(Number.isInteger(usage.generated) && usage.generated >= 0).toBe(true)
        expect(Number.isInteger(usage.evaluated) && usage.evaluated >= 0).toBe(true)
        const known = samples.reduce((sum, { tokens }) => sum + (tokens?.ids.length ?? 0), 0)
        expect(usage.generated).toBeGreaterThanOrEqual(known)
        for (const { tokens } of samples) expect(tokens?.ids.length ?? 0).toBeLessThanOrEqual(5)
      })

      it('ends before a stop text', async () => {
        const { samples } = await ask({ maxTokens: 20, temperature: 0 })
        const middle = [...samples[0]!.text].at(4)
        if (middle === undefined) return
        const stopped = await ask({ maxTokens: 20, temperature: 0, stop: [middle, 'never said'] })
        for (const { text } of stopped.samples) expect(text).not.toContain(middle)
      })

      it('gives whole characters', async () => {
        for (const seed of [1, 2, 3]) {
          const { samples } = await ask({ maxTokens: 7 }, seed)
          for (const { text } of samples) {
            expect(text.isWellFormed()).toBe(true)
            expect(text).not.toMatch(/\ufffd$/)
          }
        }
      })

      it('goes on from the beginning of an answer without repeating it', () =>
        capable('prefix', { prefix: 'Once upon a time' }, async () => {
          const { samples } = await ask({ prefix: 'Once upon a time, there was a small' })
          expect(samples[0]!.text.startsWith('Once upon a time, there was a small')).toBe(false)
        }))

      it('goes on from a plain text', () =>
        capable('completion', { prompt: 'Once upon a time' }, async () => {
          const { samples } = await model.generate({ prompt: 'Once upon a time', maxTokens: 6 }, run())
          expect(samples).toHaveLength(1)
        }))

      it('follows a grammar', () =>
        capable('grammar', { grammar: 'root ::= "yes" | "no"' }, async () => {
          const { samples } = await ask({ grammar: 'root ::= "yes" | "no"' })
          expect(['yes', 'no']).toContain(samples[0]!.text)
        }))

      it('says the same again for the same seed, where it is exact', async () => {
        if (model.reproducible !== 'exact' || !model.capabilities.seed) return
        expect((await ask({}, 7)).samples).toEqual((await ask({}, 7)).samples)
      })

      it('answers requests that are made together, each its own', async () => {
        const answers = await Promise.all([1, 2, 3, 4, 5].map((seed) => ask({ maxTokens: seed }, seed)))
        for (const [index, { samples, usage }] of answers.entries()) {
          expect(samples).toHaveLength(1)
          expect(usage.generated).toBeLessThanOrEqual(index + 1)
        }
      })
    })

    describe('log-probabilities', () => {
      it('gives one for each token, at most 0', () =>
        capable('logProbs', { logProbs: true }, async () => {
          for (const sampling of [{}, { temperature: 0 }, { temperature: 0.6, topK: 20 }, { topP: 0.8 }]) {
            const { samples } = await ask({ logProbs: true, ...sampling })
            for (const { tokens } of samples) {
              expect(tokens?.logProbs).toHaveLength(tokens!.ids.length)
              for (const logProb of tokens!.logProbs!) expect(logProb).toSatisfy((value: number) => value <= 0 && value > -1000)
            }
          }
        }))

      it('scores what it said as it said it', async () => {
        if (!model.capabilities.logProbs || !model.capabilities.score) return
        const { samples } = await ask({ logProbs: true, maxTokens: 10 }, 3)
        const said = samples.filter(({ text }) => text !== '')
        if (said.length === 0) return
        const { scores } = await model.score!({ messages, continuations: said.map(({ text }) => text) }, run())
        for (const [index, score] of scores.entries()) {
          expect(score.tokens).toBe(said[index]!.tokens!.ids.length)
          expect(Math.abs(score.logProb - sum(said[index]!))).toBeLessThan(tolerance * (score.tokens + 1))
        }
      })

      it('scores continuations in their order, each as if alone', async () => {
        if (!model.capabilities.score) return
        const continuations = [' the dog', ' the', ' a dog sat on the cat', ' the']
        const prefix = model.capabilities.prefix ? { prefix: 'It was' } : {}
        const { scores, usage } = await model.score!({ messages, ...prefix, continuations }, run())
        expect(usage.generated).toBe(0)
        expect(scores).toHaveLength(4)
        for (const [index, continuation] of continuations.entries()) {
          const alone = await model.score!({ messages, ...prefix, continuations: [continuation] }, run())
          expect(Math.abs(scores[index]!.logProb - alone.scores[0]!.logProb)).toBeLessThan(tolerance * (scores[index]!.tokens + 1))
          expect(scores[index]!.logProb).toBeLessThanOrEqual(0)
          expect(scores[index]!.tokens).toBeGreaterThanOrEqual(1)
        }
      })
    })

    describe('embeddings', () => {
      it('gives one vector for each text, all of one length, the same for the same text', async () => {
        if (model.embed === undefined) {
          await expect(embed(model, ['a dog'], fakeContext())).rejects.toMatchObject({ code: 'E_MODEL_CAPABILITY', fatal: true })
          return
        }
        const { vectors, usage } = await model.embed(['a dog', 'the sea at night', 'a dog'], run())
        expect(usage.generated).toBe(0)
        expect(vectors).toHaveLength(3)
        for (const vector of vectors) {
          expect(vector).toHaveLength(vectors[0]!.length)
          expect(vector.every(Number.isFinite)).toBe(true)
        }
        for (const [place, entry] of vectors[0]!.entries()) expect(Math.abs(entry - vectors[2]![place]!)).toBeLessThan(0.01)
      })
    })

    describe('failures', () => {
      it('does nothing for a call that is stopped already', async () => {
        const stopped = { seed: 1, signal: AbortSignal.abort() }
        await expect(model.generate({ messages, maxTokens: 5 }, stopped)).rejects.toMatchObject({ code: 'E_MODEL_ABORTED' })
      })

      it('ends soon after it is stopped', async () => {
        const controller = new AbortController()
        const answer = model.generate({ messages, maxTokens: 200 }, { seed: 1, signal: controller.signal }).catch((error: unknown) => error)
        setTimeout(() => controller.abort(), 5)
        const end = await answer
        // It may have been done before the signal came; otherwise it says that it was stopped.
        if (end instanceof Error) expect(BanyanError.isInstance(end) && end.code).toBe('E_MODEL_ABORTED')
      })

      it('refuses a prompt that is longer than its context', async () => {
        const length = model.contextLength
        if (length === undefined || length > 100_000) return
        const content = 'q7 '.repeat(length)
        const call = model.generate({ messages: [{ role: 'user', content }], maxTokens: 5 }, run())
        await expect(call).rejects.toMatchObject({ code: 'E_MODEL_CONTEXT' })
      })

      it('works on after failures', async () => {
        expect((await ask({ maxTokens: 3 })).samples).toHaveLength(1)
      })
    })
  })
}

const capabilityNames = ['count', 'logProbs', 'score', 'prefix', 'completion', 'grammar', 'schema', 'seed', 'embeddings', 'tools'] as const

function sum({ tokens }: Sample): number {
  return (tokens?.logProbs ?? []).reduce((total, logProb) => total + logProb, 0)
}
