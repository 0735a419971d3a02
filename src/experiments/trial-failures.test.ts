import { expect, it } from 'vitest'
import { search } from '../core/search.ts'
import { greedy } from '../core/searchers/index.ts'
import { generate } from '../models/model.ts'
import { scripted } from '../models/scripted.ts'
import { letters, lettersValue } from '../testing/letters.ts'
import { trialFailures } from './trial-failures.ts'

it('tells a search in which everything failed from one that found nothing', async () => {
  const run = async (fail: Record<number, { status: number }>) => {
    const model = scripted({ answers: ['a'], fail })
    const failures = trialFailures()
    await search({
      environment: letters(),
      task: { length: 2 },
      proposer: {
        name: 'model',
        propose: async (requests, context) => {
          await generate(model, { prompt: 'x', maxTokens: 1 }, context)
          return requests.map(() => ({ candidates: [{ action: 'a' }] }))
        },
      },
      evaluator: lettersValue(),
      searcher: greedy(),
      budget: { calls: 4 },
      observe: failures.observe,
    })
    return failures
  }
  expect(await run({ 0: { status: 500 } })).toMatchObject({
    failed: 1,
    allFailed: true,
    last: { code: 'E_MODEL_SERVER' },
    calls: { failed: 1, last: { code: 'E_MODEL_SERVER' } },
  })
  expect(await run({})).toMatchObject({ failed: 0, allFailed: false, last: undefined, calls: { failed: 0 } })
  expect(await run({ 1: { status: 500 } })).toMatchObject({ failed: 1, allFailed: false })
})
