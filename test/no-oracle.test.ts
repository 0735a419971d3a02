// No oracle in the loop: nothing that searches can import a grader, and nothing that searches takes one.
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Evaluator } from '../src/core/evaluator.ts'
import type { Guard } from '../src/core/guard.ts'
import type { Proposer } from '../src/core/proposer.ts'
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

  it('takes no grader where it takes a part', () => {
    expectTypeOf<Grader>().not.toExtend<Evaluator<string, string>>()
    expectTypeOf<Grader<string, string, string>>().not.toExtend<Evaluator<string, string>>()
    expectTypeOf<Grader>().not.toExtend<Proposer<string, string>>()
    expectTypeOf<Grader>().not.toExtend<Searcher>()
    expectTypeOf<Grader>().not.toExtend<Guard>()
  })
})
