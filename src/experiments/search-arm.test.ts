import { describe, expect, it } from 'vitest'
import { completeSpec } from '../front/assemble.ts'
import { memory } from '../traces/memory.ts'
import { compare } from './compare.ts'
import { formatNamed, formatNames } from './formats/named.ts'
import { graderFor } from './graders.ts'
import { searchArm } from './search-arm.ts'

const tasks = [
  { id: 'a', task: { numbers: [4, 9, 10, 13] } },
  { id: 'b', task: { numbers: [1, 1, 1, 1] } },
]
const spec = completeSpec({ environment: 'game24', task: tasks[0]!.task, budget: { expansions: 60 } })

it('runs its search on every task with every seed, keeps the runs where it is told to, and is graded', async () => {
  const store = memory()
  const arm = searchArm({ name: 'mcts', spec, store })
  const result = await compare({ arms: [arm], tasks, grader: graderFor('game24'), budget: spec.budget, seeds: [1, 2] })
  expect(result.arms[0]).toMatchObject({ name: 'mcts', tasks: 2, runs: 4, solved: 2 })
  expect(await store.list()).toHaveLength(4)
})

it('is known again by its parts and their settings', () => {
  const settings = (change: object) => searchArm({ name: 'x', spec: { ...spec, ...change } }).settings
  expect(settings({})).toEqual(settings({ seed: 5 }))
  expect(settings({})).not.toEqual(settings({ settings: { exploration: 2 } }))
  expect(settings({})).not.toEqual(settings({ evaluator: 'goal' }))
})

describe('catalogues', () => {
  it('know their names, and the nearest to another', () => {
    for (const name of formatNames) {
      const environment = ['jsonl', 'commongen'].includes(name)
        ? 'writing'
        : ({ gsm8k: 'reasoning', connect4: 'connect-four' }[name] ?? name)
      expect(formatNamed(name, environment).environment).toBe(environment)
      expect(graderFor(environment).name).toBeTypeOf('string')
    }
    expect(() => formatNamed('gsm9k', 'reasoning')).toThrow(/Did you mean "gsm8k"/)
    expect(() => formatNamed('gsm8k', 'writing')).toThrow(/reasoning/)
    expect(() => graderFor('chess')).toThrow(expect.objectContaining({ code: 'E_GRADER_UNKNOWN' }))
  })
})
