// A better answer: what is chosen when little is said, what a verifier sees, and how each failure reads.
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { BanyanError } from '../core/errors.ts'
import { greedy } from '../core/searchers/greedy.ts'
import { vote } from '../core/searchers/vote.ts'
import { type ScriptedOptions, scripted } from '../models/scripted.ts'
import { memory } from '../traces/memory.ts'
import { bestOf } from './best-of.ts'
import { type Improved, improve } from './improve.ts'
import { presetFor, presets } from './presets.ts'

const prompt = 'Two primes that add up to 30.'
const pairs = ['{"p":1,"q":29}', 'no idea', '{"p":15,"q":15}', '{"p":11,"q":19}', '{"p":2,"q":28}']
const isPrime = (n: number): boolean => n > 1 && Array.from({ length: n - 2 }, (_, i) => i + 2).every((d) => n % d !== 0)

it('finds the answer that the verifier accepts, and says what was chosen', async () => {
  const result = await improve({
    model: scripted({ answers: pairs }),
    prompt,
    schema: z.object({ p: z.int(), q: z.int() }),
    verify: ({ answer }) => isPrime(answer.p) && isPrime(answer.q) && answer.p + answer.q === 30,
  })
  expect(result.answer).toEqual({ p: 11, q: 19 })
  expect(result).toMatchObject({ solved: true, stopped: 'solved', value: 1, text: '{"p":11,"q":19}' })
  expect(result.settings).toMatchObject({ model: 'scripted', preset: 'balanced', searcher: { name: presets.balanced.searcher }, seed: 0 })
  expect(result.settings.notes).toEqual([expect.stringMatching(/^no budget was given: tokens=/)])
})

it('gives the inline verifier the type that the schema makes', () => {
  const model = scripted()
  // Never called: what counts is that it compiles.
  const typed = async () => {
    const made = await improve({
      model,
      prompt,
      schema: z.object({ year: z.string().transform(Number) }),
      verify: ({ answer, text, signal }) => {
        expectTypeOf(answer).toEqualTypeOf<{ year: number }>()
        expectTypeOf(text).toBeString()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        return { value: 0.5, critique: 'too early' }
      },
    })
    expectTypeOf(made).toEqualTypeOf<Improved<{ year: number }>>()
    const plain = await improve({ model, prompt, verify: ({ answer }) => expectTypeOf(answer).toBeString() && true })
    expectTypeOf(plain.answer).toBeString()
    const number = await bestOf({ model, prompt, answer: 'number', verify: ({ answer }) => expectTypeOf(answer).toBeNumber() && 0.3 })
    expectTypeOf(number.answer).toBeNumber()
    // @ts-expect-error a verdict is no text
    await improve({ model, prompt, verify: () => 'fine' })
  }
  expect(typed).toBeTypeOf('function')
})

describe('choices', () => {
  it('votes on answers that can be compared when nobody judges', async () => {
    const model = scripted({ answers: ['It is 41.', 'The answer is 42.', 'So: 42', 'I say 42'] })
    const result = await improve({ model, prompt: 'What is 17 + 25?', answer: 'number' })
    expect(result.answer).toBe(42)
    expect(result.settings.searcher.name).toBe('vote')
    expect(result.settings.evaluator).toBeUndefined()
  })

  it('takes a chat, with the last message as the question', async () => {
    const model = scripted({ answer: ({ messages }) => `${messages?.length} ${messages?.at(-1)?.content.slice(0, 4)}` })
    const chat = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'And now?' },
    ] as const
    const result = await improve({ model, messages: chat, system: 'Be short.', searcher: greedy(), steps: false })
    expect(result.answer).toBe('4 And')
    expect(result.settings.preset).toBeUndefined()
  })

  it('lets a judge decide what the verifier leaves open', async () => {
    const model = scripted({ answers: ['dull', 'lively'] })
    const judge = scripted({
      name: 'judge',
      score: (word, { messages }) => (/lively/.test(messages?.[0]?.content ?? '') === /yes/i.test(word) ? -0.1 : -3),
    })
    const result = await bestOf({ model, prompt: 'A word.', verify: () => 0.5, judge })
    expect(result.answer).toBe('lively')
    expect(result.settings.evaluator?.name).toBe('cascade')
    expect(result.value).toBeGreaterThan(0.9)
  })

  it('gives a paid model a small number of calls, and says so', async () => {
    const model = scripted({ answers: ['a', 'b'], price: 'unknown' })
    const result = await improve({ model, prompt, preset: 'fast', verify: () => 0.5 })
    expect(result.settings.budget).toEqual(presets.fast.budget.paid)
    expect(result.settings.notes[0]).toMatch(/price of scripted is not known: calls=16/)
  })

  it('searches among steps where going on from a beginning costs nothing more', async () => {
    const model = scripted({ answer: ({ prefix }) => (prefix === '' ? 'First.' : 'First.') })
    const result = await improve({ model, prompt, budget: { tokens: 60 } })
    expect(result.settings.proposer.settings).toMatchObject({ unit: 'line' })
    expect(presetFor('balanced', 'reasoning').searcher).toBe(result.settings.searcher.name)
  })

  it('goes on with a known run, without a further call', async () => {
    const store = memory()
    const model = scripted({ answers: pairs })
    const options = { model, prompt, preset: 'fast', store, runId: 'primes', verify: () => 0.4 } as const
    const first = await improve(options)
    const calls = model.calls
    const second = await improve(options)
    expect([second.answer, model.calls]).toEqual([first.answer, calls])
    await expect(improve({ ...options, prompt: 'Another.' })).rejects.toMatchObject({ code: 'E_RUN_FINGERPRINT' })
  })
})

describe('best of n', () => {
  it('asks for n answers and returns the best, with the others behind it', async () => {
    const model = scripted({ answers: ['a', 'bb', 'ccc', 'dddd'] })
    const result = await bestOf({ model, prompt: 'Say something.', n: 12, verify: ({ answer }) => answer.length / 10 })
    expect(result).toMatchObject({ answer: 'dddd', value: 0.4, stopped: 'exhausted', solved: false })
    expect(model.calls).toBe(12)
    expect(result.answers(3).map(({ answer }) => answer)).toEqual(['dddd', 'ccc', 'bb'])
    expect(result.answers(1)[0]?.value).toBe(0.4)
  })

  it('ends early with a certain answer', async () => {
    const model = scripted({ answers: ['yes'] })
    const result = await bestOf({ model, prompt: 'Yes or no?', n: 50, concurrency: 1, verify: () => true })
    expect([result.stopped, model.calls]).toEqual(['solved', 1])
  })
})

describe('failures', () => {
  const failing = (options: ScriptedOptions, more: object = {}) =>
    improve({ model: scripted({ answers: ['fine'], ...options }), prompt, preset: 'fast', verify: () => 0.5, ...more }).then(
      () => undefined,
      (error: unknown) => error as BanyanError,
    )

  it.each<[string, ScriptedOptions, object, string, RegExp]>([
    ['a model that says nothing', { answers: [''] }, {}, 'E_ANSWER_NONE', /no answer was found.*say in the prompt how to answer/],
    ['a refused key', { fail: () => ({ status: 401 }) }, {}, 'E_MODEL_AUTH', /401/],
    ['a rate limit', { fail: () => ({ status: 429 }) }, {}, 'E_SEARCH_FAILING', /E_MODEL_RATE.*search again/],
    ['a server that fails', { fail: () => ({ status: 500 }) }, {}, 'E_SEARCH_FAILING', /E_MODEL_SERVER/],
    ['a broken stream', { fail: () => 'cut' }, {}, 'E_SEARCH_FAILING', /connection/],
    ['answers that the schema refuses', { answers: ['{"p":"x"}'] }, { schema: z.object({ p: z.int() }) }, 'E_ANSWER_NONE', /no answer/],
    [
      'a budget that ends first',
      { answers: ['{"p": 1 , "q": 2 }'] },
      { schema: z.object({ p: z.int() }), budget: { tokens: 2 } },
      'E_ANSWER_NONE',
      /budget of tokens ended first.*Raise/,
    ],
    ['a check that throws', {}, { verify: () => Promise.reject(new Error('disk')) }, 'E_SEARCH_FAILING', /E_VERIFY_THREW.*disk/],
    ['a check without a verdict', {}, { verify: () => 7 }, 'E_SEARCH_FAILING', /E_VERIFY_VALUE/],
    ['a budget in money without a price', { price: 'unknown' }, { budget: { usd: 1 } }, 'E_MODEL_PRICE', /limit tokens instead/],
    ['an unknown unit', {}, { budget: { token: 5 } }, 'E_BUDGET_UNIT', /tokens/],
    ['an unknown preset', {}, { preset: 'quick' }, 'E_PRESET_UNKNOWN', /fast, balanced, thorough/],
    ['no prompt', {}, { prompt: undefined }, 'E_FRONT_OPTION', /either `prompt` or `messages`/],
    ['two prompts', {}, { messages: [{ role: 'user', content: 'x' }] }, 'E_FRONT_OPTION', /both/],
    [
      'a chat that ends with an answer',
      {},
      { prompt: undefined, messages: [{ role: 'assistant', content: 'x' }] },
      'E_FRONT_OPTION',
      /user/,
    ],
    ['temperature 0', {}, { temperature: 0 }, 'E_FRONT_OPTION', /all samples are equal/],
    ['a model by name', {}, { model: 'openai/gpt-4o' }, 'E_FRONT_OPTION', /@ai-sdk\/openai/],
  ])('%s', async (_, options, more, code, message) => {
    const error = await failing(options, more)
    expect(BanyanError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('say what was used, and what the last failure was', async () => {
    const error = await failing({ fail: () => 'broken' })
    expect(error?.usage?.calls).toBe(4)
    expect(error?.cause).toMatchObject({ code: 'E_MODEL_OUTPUT' })
  })

  it('of chains do not spoil what a searcher found that asks no judge', async () => {
    const model = scripted({ answers: ['fine'], fail: ({ call }) => (call === 0 ? { status: 500 } : undefined) })
    const searcher = vote({ n: 3 })
    expect(await improve({ model, prompt, searcher, steps: false, verify: () => 0.5 })).toMatchObject({ answer: 'fine', value: Number.NaN })
  })

  it('leave what was found before them', async () => {
    const model = scripted({ answers: ['fine'], fail: ({ call }) => (call === 0 ? undefined : { status: 500 }) })
    const result = await bestOf({ model, prompt, n: 40, concurrency: 1, verify: () => 0.5 })
    expect(result.answer).toBe('fine')
    expect(['failed', 'exhausted']).toContain(result.stopped)
  })

  it('stopped before the first answer, and after it', async () => {
    const hanging = AbortSignal.timeout(20)
    const error = await failing({ fail: () => 'hang' }, { signal: hanging })
    expect(error).toMatchObject({ code: 'E_SEARCH_ABORTED', message: expect.stringMatching(/goes on when it is asked for again/) })
    const stopping = new AbortController()
    const model = scripted({ answers: ['one', 'two'], fail: ({ call }) => (call < 3 ? undefined : 'hang') })
    const stopped = bestOf({ model, prompt, n: 8, concurrency: 1, verify: () => 0.5, signal: stopping.signal })
    setTimeout(() => stopping.abort(), 50)
    expect(await stopped).toMatchObject({ stopped: 'aborted', answer: expect.stringMatching(/one|two/) })
  })
})
