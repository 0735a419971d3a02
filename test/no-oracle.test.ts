// No oracle in the loop: nothing that searches can import a grader, and nothing that searches takes one.
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Environment } from '../src/core/environment.ts'
import type { Evaluator } from '../src/core/evaluator.ts'
import type { Guard } from '../src/core/guard.ts'
import type { SearchOptions } from '../src/core/options.ts'
import type { Proposer } from '../src/core/proposer.ts'
import { search } from '../src/core/search.ts'
import type { Searcher } from '../src/core/searcher.ts'
import type { Grader } from '../src/graders/grader.ts'
import { reachableImports, roomOf, sourceFiles } from './support/source-imports.ts'

const searching = ['core', 'stats', 'models', 'environments', 'evaluators', 'sandbox', 'guard', 'traces', 'front', 'learning']

describe('search code and graders', () => {
  it('reaches no grader by any chain of imports, not even for a type', () => {
    const start = sourceFiles().filter((file) => searching.includes(roomOf(file)) || file === 'src/index.ts')
    const reached = reachableImports(start, ['static', 'dynamic', 'type'])
    expect(reached.filter(({ to }) => to !== undefined && roomOf(to) === 'graders').map(({ way }) => way)).toEqual([])
  })

  it('has no type for a grader where it takes a part', () => {
    expectTypeOf<Grader>().not.toExtend<Evaluator<string, string>>()
    expectTypeOf<Grader<string, string, string>>().not.toExtend<Evaluator<string, string>>()
    expectTypeOf<Grader>().not.toExtend<Proposer<string, string>>()
    expectTypeOf<Grader>().not.toExtend<Searcher>()
    expectTypeOf<Grader>().not.toExtend<Guard>()

    type Parts = Omit<SearchOptions<string, string, string, string>, 'task' | 'spec'>
    type TakesGrader = { [Field in keyof Parts]-?: Grader extends Parts[Field] ? Field : never }[keyof Parts]
    expectTypeOf<TakesGrader>().toEqualTypeOf<never>()
    // The check itself sees a part where one is taken.
    type TakesEvaluator = { [Field in keyof Parts]-?: Evaluator<string, string> extends Parts[Field] ? Field : never }[keyof Parts]
    expectTypeOf<TakesEvaluator>().toEqualTypeOf<'evaluator'>()
  })

  it('refuses a grader that is handed in past the types', async () => {
    const grader: Grader<string, string, string> = {
      name: 'exact',
      grade: (_task, answer, reference) => ({ correct: answer === reference }),
    }
    const environment: Environment<string, string, string, string> = {
      name: 'letters',
      initial: (task) => task,
      step: (state, action) => ({ state: state + action, reward: 0, terminal: true }),
      actions: () => ['a', 'b'],
      answer: (state) => state,
      render: (state) => state,
    }
    const searcher: Searcher<undefined> = { name: 'none', start: () => undefined, ask: () => [], tell: () => {}, best: () => undefined }
    const options = { environment, task: '', searcher }
    const refused = { code: 'E_SEARCH_ORACLE', seen: 'exact' }
    // @ts-expect-error a grader is no evaluator
    await expect(search({ ...options, evaluator: grader })).rejects.toMatchObject(refused)
    // @ts-expect-error nor is one under a name
    await expect(search({ ...options, evaluator: { default: grader } })).rejects.toMatchObject(refused)
    // @ts-expect-error nor a guard
    await expect(search({ ...options, guard: grader })).rejects.toMatchObject(refused)
  })

  it('refuses a part that could grade beside its own work', async () => {
    const environment: Environment<string, string, string, string> = {
      name: 'letters',
      initial: (task) => task,
      step: (state, action) => ({ state: state + action, reward: 0, terminal: true }),
      actions: () => ['a', 'b'],
      answer: (state) => state,
      render: (state) => state,
    }
    const searcher: Searcher<undefined> = { name: 'none', start: () => undefined, ask: () => [], tell: () => {}, best: () => undefined }
    const proposer: Proposer<string, string> = { name: 'proposer', propose: () => [] }
    const guard: Guard = { name: 'guard', check: () => ({ allow: true }) }
    const options = { environment, task: '', searcher }
    const grade = () => ({ correct: true })
    await expect(search(options)).resolves.toMatchObject({ stopped: 'exhausted' })
    for (const given of [
      { ...options, environment: { ...environment, grade } },
      { ...options, proposer: { ...proposer, grade } },
      { ...options, proposer: { default: proposer, second: { ...proposer, grade } } },
      { ...options, guard: { ...guard, grade } },
    ]) {
      await expect(search(given)).rejects.toMatchObject({ code: 'E_SEARCH_ORACLE', message: expect.stringContaining('graders live apart') })
    }
  })
})
