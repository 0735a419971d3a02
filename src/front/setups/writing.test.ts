import { describe, expect, it } from 'vitest'
import { search } from '../../core/search.ts'
import { searcherNamed } from '../../core/searchers/named.ts'
import { scripted } from '../../models/scripted.ts'
import { writingSetup } from './writing.ts'

const model = scripted({ answers: ['A dog caught', ' the frisbee.', ' a cat.', 'A cat sat.', 'The dog saw a frisbee.'] })

describe('the setup of writing', () => {
  it.each(Object.keys(writingSetup.searchers))('works with %s as it is', async (name) => {
    const { propose, evaluate, ...settings } = writingSetup.searchers[name] ?? {}
    const make = writingSetup.proposers[typeof propose === 'string' ? propose : 'model']!
    const result = await search({
      environment: writingSetup.environment(writingSetup.example),
      task: writingSetup.example,
      searcher: searcherNamed(name, settings),
      proposer: make({ model }),
      evaluator: writingSetup.evaluators[typeof evaluate === 'string' ? evaluate : 'rules']!({ model }),
      budget: { tokens: 200 },
    })
    expect(typeof result.answer).toBe('string')
    expect(writingSetup.show(result.answer!)).toBe(result.answer)
  })

  it('needs a model, and says so', () => {
    for (const make of Object.values(writingSetup.proposers))
      expect(() => make({})).toThrow(expect.objectContaining({ code: 'E_SETUP_MODEL' }))
  })

  it('takes the task of the command line', () => {
    expect(writingSetup.task.parse({ include: ['dog', 'frisbee'], sentences: 1 })).toEqual(writingSetup.example)
    expect(writingSetup.promptTask?.('Tell of rain.')).toEqual({ prompt: 'Tell of rain.' })
  })
})
