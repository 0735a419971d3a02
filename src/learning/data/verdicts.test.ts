// Grading the ends of runs whose environment no setup knows.
import { describe, expect, it } from 'vitest'
import type { Environment } from '../../core/environment.ts'
import type { Evaluator } from '../../core/evaluator.ts'
import type { Proposer } from '../../core/proposer.ts'
import { search } from '../../core/search.ts'
import { bestOfN } from '../../core/searchers/index.ts'
import { memory } from '../../traces/memory.ts'
import type { References } from './references.ts'
import { stepValues } from './step-values.ts'

/** Two numbers are added up: steps are numbers, the answer is their sum. */
const sums: Environment<readonly number[], number, object, number> = {
  name: 'sums',
  initial: () => [],
  step: (state, action) => ({ state: [...state, action], reward: 0, terminal: state.length === 1 }),
  answer: (state) => (state.length === 2 ? state[0]! + state[1]! : undefined),
  render: (state) => state.join(' + '),
}
const proposer: Proposer<readonly number[], number> = {
  name: 'numbers',
  reproducible: 'exact',
  propose: (requests) => requests.map(({ node }) => ({ candidates: [1, 2].map((action) => ({ action: action + node.state.length })) })),
}
const evaluator: Evaluator<readonly number[], number> = {
  name: 'undecided',
  reproducible: 'exact',
  range: [0, 1],
  evaluate: (groups) => groups.map((group) => group.map(() => ({ value: 0.5 }))),
}
const references: References = () => ({ grade: (answer) => answer === 4 })

describe('verdicts by a reference', () => {
  it('are on answers, which the environment tells; without it nothing is graded by mistake', async () => {
    const store = memory()
    await search({
      environment: sums,
      task: {},
      proposer,
      evaluator,
      searcher: bestOfN({ n: null }),
      budget: { expansions: 12 },
      store,
      runId: 'sum',
    })
    const right = new Set<string>()
    for await (const { steps, value } of stepValues(store, { value: 'outcome', references, environment: sums }))
      if (value === 1) right.add(steps.join(' + '))
    expect([...right]).toEqual(['1 + 3'])
    const unknown = async () => {
      for await (const _ of stepValues(store, { value: 'outcome', references }));
    }
    await expect(unknown).rejects.toMatchObject({ code: 'E_DATASET_OPTION', message: expect.stringContaining('environment') })
  })
})
