import { describe, expect, it } from 'vitest'
import type { CallContext } from '../../core/call.ts'
import type { NodeView } from '../../core/node-view.ts'
import type { Proposer } from '../../core/proposer.ts'
import { Random } from '../../core/random.ts'
import { search } from '../../core/search.ts'
import { beam } from '../../core/searchers/beam.ts'
import { bestOfN } from '../../core/searchers/best-of-n.ts'
import { writingRules } from '../../evaluators/writing-rules.ts'
import type { GenerateRequest } from '../../models/model.ts'
import { type ScriptedOptions, scripted } from '../../models/scripted.ts'
import { type WritingAction, type WritingState, writing } from '../writing.ts'
import { chunks, wholeTexts } from './proposer.ts'
import type { WritingTaskInput } from './task.ts'

const task: WritingTaskInput = { include: ['dog', 'frisbee'], sentences: 1 }

// A stand-in for a trial without limits: calls are run at once, each with its own seed.
function context(): CallContext {
  let seed = 0
  return {
    random: new Random(1),
    signal: new AbortController().signal,
    remaining: () => Number.POSITIVE_INFINITY,
    spend: () => {},
    run: undefined as never,
    call: async (call) =>
      (await call.run({ granted: () => Number.POSITIVE_INFINITY, seed: seed++, signal: new AbortController().signal })).result,
  }
}

async function propose(
  proposer: Proposer<WritingState, WritingAction>,
  {
    text = '',
    count = 1,
    siblings = [],
    of = task,
  }: { text?: string; count?: number; siblings?: WritingAction[]; of?: WritingTaskInput } = {},
) {
  const environment = writing()
  const { state } = environment.step(environment.initial(of), { text, end: false })
  const [proposed] = await proposer.propose([{ node: { state } as NodeView<WritingState, WritingAction>, siblings, count }], context())
  return proposed?.candidates ?? []
}

/** A model whose samples of a request are these, in order. */
function saying(texts: readonly (string | { text: string; finish: 'stop' | 'length' })[], options: ScriptedOptions = {}) {
  return scripted({
    answer: () => texts.map((text) => (typeof text === 'string' ? { text, finish: 'length' as const } : text)),
    ...options,
  })
}

describe('chunks', () => {
  it('goes on from the text, and merges equal chunks', async () => {
    const model = saying([' caught', ' caught', ' saw a'])
    const candidates = await propose(chunks({ model, tokens: 3 }), { text: 'A dog', count: 3 })
    expect(candidates.map(({ action }) => action)).toEqual([
      { text: ' caught', end: false },
      { text: ' saw a', end: false },
    ])
    expect(candidates.map(({ prior }) => prior)).toEqual([2 / 3, 1 / 3])
    expect(candidates[1]).toMatchObject({ score: -candidates[1]!.tokens!.ids.length })
    expect(model.log[0]?.request).toMatchObject({ prefix: 'A dog', maxTokens: 3, count: 3, logProbs: true })
  })

  it('stops where the sentence ends, and counts no token beyond it', async () => {
    const model = saying([' caught a frisbee. Then it'], { logProb: () => -0.5 })
    const [candidate] = await propose(chunks({ model, tokens: 8 }), { text: 'A dog' })
    expect(candidate?.action).toEqual({ text: ' caught a frisbee.', end: true })
    expect(candidate?.tokens?.ids.length).toBeLessThan(' caught a frisbee. Then it'.split(' ').length)
    expect(candidate?.score).toBeCloseTo(-0.5 * candidate!.tokens!.ids.length)
  })

  it('ends where the model ends, even with nothing more to say', async () => {
    const candidates = await propose(chunks({ model: saying([{ text: '', finish: 'stop' }]) }), { text: 'A dog' })
    expect(candidates.map(({ action }) => action)).toEqual([{ text: '', end: true }])
  })

  it('proposes nothing where the model says nothing, and no sibling again', async () => {
    expect(await propose(chunks({ model: saying(['', '  ']) }), { count: 2 })).toEqual([])
    const siblings = [{ text: ' ran', end: false }]
    expect(
      (await propose(chunks({ model: saying([' ran', ' sat']) }), { text: 'A dog', count: 2, siblings })).map(({ action }) => action.text),
    ).toEqual([' sat'])
  })

  it('lets no sentence end that lacks words, where the model can follow a grammar', async () => {
    const model = saying([' and a'], { capabilities: { grammar: true } })
    for (const text of ['A dog', 'A dog and a frisbee']) await propose(chunks({ model }), { text })
    await propose(chunks({ model }), { text: 'A dog', of: { include: ['dog', 'frisbee'] } })
    expect(model.log.map(({ request }) => (request as GenerateRequest).grammar)).toEqual([
      expect.stringContaining('[^.!?'),
      undefined,
      undefined,
    ])
  })

  it('does without log-probabilities', async () => {
    const [candidate] = await propose(chunks({ model: saying(['A dog'], { capabilities: { logProbs: false } }) }))
    expect(candidate?.score).toBeUndefined()
  })

  it('proposes whole texts at the start only where the model cannot go on from a text', async () => {
    const model = saying(['A dog caught a frisbee. It ran.'], { capabilities: { prefix: false } })
    expect((await propose(chunks({ model })))[0]?.action).toEqual({ text: 'A dog caught a frisbee.', end: true })
    expect(await propose(chunks({ model }), { text: 'A dog' })).toEqual([])
  })

  it('refuses a length that is none', () => {
    expect(() => chunks({ model: saying(['x']), tokens: 0 })).toThrow(expect.objectContaining({ code: 'E_WRITING_OPTION' }))
  })
})

describe('wholeTexts', () => {
  it('is one candidate up to the last sentence that is allowed', async () => {
    const model = saying(['A dog caught a frisbee. It ran.', 'A dog'])
    const candidates = await propose(wholeTexts({ model }), { count: 2 })
    expect(candidates.map(({ action }) => action)).toEqual([
      { text: 'A dog caught a frisbee.', end: true },
      { text: 'A dog', end: true },
    ])
  })

  it('asks the very same as chunks do', async () => {
    const model = saying(['A dog.'])
    await propose(chunks({ model }))
    await propose(wholeTexts({ model }))
    const [chunk, whole] = model.log.map(({ request }) => request as GenerateRequest)
    expect(whole?.messages).toEqual(chunk?.messages)
    expect(whole?.messages?.at(-1)?.content).toBe('Write one sentence with all of these words: dog, frisbee.')
  })

  it('has room for what the task asks', async () => {
    const model = saying(['A dog.'])
    for (const of of [task, { prompt: 'x' }, { prompt: 'x', words: { atMost: 100 } }]) await propose(wholeTexts({ model }), { of })
    expect(model.log.map(({ request }) => (request as GenerateRequest).maxTokens)).toEqual([48, 256, 216])
  })
})

describe('in a search', () => {
  const ways = [' caught', ' saw', ' threw', ' the frisbee.', ' a cat.', ' and a']
  const model = scripted({
    answer: ({ prefix }, { random }) => ({ text: prefix === undefined ? 'A dog' : ways[random.below(ways.length)]!, finish: 'length' }),
  })

  it('a beam finds a text that passes', async () => {
    const result = await search({
      environment: writing(),
      task,
      proposer: chunks({ model }),
      evaluator: writingRules(),
      searcher: beam({ width: 4, branching: 6, restarts: null }),
      budget: { tokens: 400 },
      seed: 1,
    })
    expect(result.solved).toBe(true)
    expect(result.answer).toMatch(/^A dog.* the frisbee\.$/)
  })

  it('of texts that pass, the one that the model finds most likely is returned', async () => {
    const likely = scripted({
      answer: (_, { random }) => (random.below(2) === 0 ? 'A dog caught the frisbee.' : 'The odd dog ate a frisbee.'),
      logProb: (token) => (token.includes('odd') ? -5 : -1),
    })
    for (const seed of [1, 2, 3]) {
      const result = await search({
        environment: writing(),
        task,
        proposer: wholeTexts({ model: likely }),
        evaluator: writingRules(),
        searcher: bestOfN({ n: 12, continueWhenSolved: true }),
        seed,
      })
      expect(result.answer).toBe('A dog caught the frisbee.')
    }
  })
})
