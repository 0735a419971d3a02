import { describe, expect, it } from 'vitest'
import { search } from '../../core/search.ts'
import { searcherNamed, searcherNames } from '../../core/searchers/index.ts'
import { verify } from '../../evaluators/verify/answer-check.ts'
import { scripted } from '../../models/scripted.ts'
import { reasoningSetup } from './reasoning.ts'

const { environment, evaluators, example, promptTask, proposers, searchers, show, task: schema } = reasoningSetup
const task = schema.parse(example)

// Adds in one line or another, and is right two times in three.
const model = scripted({
  answer: (request, { random }) => {
    if (request.stop === undefined) return ['17 + 25 = 42\nThe answer is 42.', 'It is 42.', 'The answer is 32.'][random.below(3)] ?? ''
    if (request.prefix === '') return ['Add 17 and 25.', '17 + 25 = 42', '17 + 25 = 32'][random.below(3)] ?? ''
    return request.prefix?.includes('32') ? 'The answer is 32.' : 'The answer is 42.'
  },
})

function solve(searcher: string, proposer: 'model' | 'whole' = 'model', budget: Record<string, number> = { tokens: 400 }) {
  return search({
    environment: environment(task),
    task,
    searcher: searcherNamed(searcher, searchers[searcher] ?? {}),
    proposer: proposers[proposer]!({ model }),
    evaluator: evaluators.auto!({ model }),
    budget,
    concurrency: 4,
    seed: 1,
  })
}

describe('the reasoning setup', () => {
  it.each(searcherNames)('answers with %s', async (searcher) => {
    const result = await solve(searcher)
    expect([32, 42]).toContain(result.answer)
    expect(result.usage.tokens).toBeLessThanOrEqual(400)
  })

  it('votes by answer, not by text', async () => {
    const result = await solve('vote', 'whole', { calls: 32 })
    expect(result.answer).toBe(42)
    expect(result.answers(2).map(({ answer }) => answer)).toEqual([42, 32])
  })

  it('finds what a check accepts', async () => {
    const room = environment(task)
    const result = await search({
      environment: room,
      task,
      searcher: searcherNamed('best-of-n', { n: 64 }),
      proposer: proposers.whole!({ model }),
      evaluator: verify(({ answer }) => answer === 32, { environment: room }),
      seed: 1,
    })
    expect(result).toMatchObject({ solved: true, stopped: 'solved', answer: 32 })
  })

  it('keeps to models that cannot go on from a prefix', async () => {
    const chat = scripted({
      answers: ['17 + 25 = 42\n\nThe answer is 42.', 'The answer is 42.'],
      capabilities: { prefix: false, logProbs: false, score: false, count: false },
    })
    const result = await search({
      environment: environment(task),
      task,
      searcher: searcherNamed('beam', searchers.beam ?? {}),
      proposer: proposers.model!({ model: chat }),
      evaluator: evaluators.auto!({ model: chat }),
      budget: { calls: 40 },
      seed: 1,
    })
    expect(result.answer).toBe(42)
    expect(result.usage.calls).toBeLessThanOrEqual(40)
  })

  it('makes a task of a prompt', () => {
    expect(schema.parse(promptTask!('What is 17 + 25?')).answerBy).toEqual({ kind: 'number' })
    expect(schema.parse(promptTask!('How many legs have three dogs?')).answerBy).toEqual({ kind: 'number' })
    expect(schema.parse(promptTask!('Write a letter to Santa.')).answerBy).toEqual({ kind: 'text' })
  })

  it('says that it needs a model, and shows answers as people read them', () => {
    expect(() => proposers.model!({})).toThrow(expect.objectContaining({ code: 'E_SETUP_MODEL' }))
    expect([show('text'), show(42), show({ a: 1 })]).toEqual(['text', '42', '{"a":1}'])
  })
})
