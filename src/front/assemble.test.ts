// Searches assembled from names: what is filled in, what is refused, and that a specification names a search completely.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { BanyanError } from '../core/errors.ts'
import { search } from '../core/search.ts'
import { tool } from '../environments/tools/tool.ts'
import { scripted } from '../models/scripted.ts'
import { assemble, completeSpec, needsModel, type RunRequest } from './assemble.ts'
import { estimate } from './estimate.ts'
import { readRunSpec } from './run-spec.ts'
import { setupNamed, setupNames } from './setups/index.ts'

const puzzle: RunRequest = { environment: 'game24', task: { numbers: [4, 9, 10, 13] }, budget: { expansions: 200 } }

it('makes a search of names alone', async () => {
  const result = await search(assemble(completeSpec(puzzle)))
  expect(result.solved).toBe(true)
  expect(result.answer).toMatch(/13/)
})

describe('a completed specification', () => {
  it('holds every choice, so that it can be read back and assembled again', async () => {
    const spec = completeSpec({ ...puzzle, searcher: 'mcts', settings: { exploration: 0.7 }, seed: 3 })
    expect(spec).toMatchObject({
      searcher: 'mcts',
      settings: { exploration: 0.7 },
      proposer: 'uniform',
      evaluator: 'promise',
      concurrency: 1,
      seed: 3,
    })
    const read = readRunSpec(JSON.parse(JSON.stringify(spec)))
    expect(read).toEqual(spec)
    expect(completeSpec(read)).toEqual(spec)
    const [first, second] = await Promise.all([search(assemble(spec)), search(assemble(read))])
    expect(second.digest).toBe(first.digest)
  })

  it('takes settings that name parts for the parts themselves, which a named part comes before', () => {
    const writing = { environment: 'writing', task: { include: ['dog'] }, model: 'm', searcher: 'greedy' }
    expect(completeSpec(writing)).toMatchObject({ proposer: 'greedy', settings: {} })
    expect(completeSpec({ ...writing, settings: { propose: 'whole' } })).toMatchObject({ proposer: 'whole' })
    expect(completeSpec({ ...writing, proposer: 'model' })).toMatchObject({ proposer: 'model' })
  })

  it('lets a named model propose where the default asks none', () => {
    expect(completeSpec({ ...puzzle, model: 'm' }).proposer).toBe('model')
    expect(completeSpec(puzzle).proposer).toBe('uniform')
    expect([needsModel(completeSpec({ ...puzzle, model: 'm' })), needsModel(completeSpec(puzzle))]).toEqual([true, false])
  })
})

describe('mistakes', () => {
  it.each<[Partial<RunRequest>, string, RegExp]>([
    [{ environment: 'gam24' }, 'E_ENVIRONMENT_UNKNOWN', /"game24"/],
    [{ searcher: 'beem' }, 'E_SEARCHER_UNKNOWN', /"beam"/],
    [{ searcher: 'beam', settings: { widht: 3 } }, 'E_SEARCHER_SETTING', /"width"/],
    [{ searcher: 'beam', settings: { width: 0 } }, 'E_SEARCHER_SETTING', /at least 1/],
    [{ settings: { propose: 3 } }, 'E_SEARCHER_SETTING', /name of a part/],
    [{ proposer: 'constructor' }, 'E_PROPOSER_UNKNOWN', /uniform/],
    [{ evaluator: 'gaol' }, 'E_EVALUATOR_UNKNOWN', /"goal"/],
    [{ task: { numbers: [1, 'x'] } }, 'E_TASK_INVALID', /"numbers\.1"; got "x"; wanted a value of type number/],
    [{ task: null }, 'E_TASK_INVALID', /game24/],
    [{ budget: { expansion: 3 } }, 'E_BUDGET_UNIT', /"expansions"/],
    [{ budget: { expansions: 0 } }, 'E_BUDGET_AMOUNT', /above 0/],
  ])('%j', (change, code, message) => {
    expect(() => completeSpec({ ...puzzle, ...change })).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }))
  })

  it('a model that is missing, or whose price is not known for a budget in money', () => {
    const spec = completeSpec({ ...puzzle, model: 'm', budget: { usd: 1 } })
    const codeOf = (make: () => unknown): string | undefined => {
      try {
        make()
        return undefined
      } catch (error) {
        return (error as BanyanError).code
      }
    }
    expect(codeOf(() => assemble(spec))).toBe('E_SETUP_MODEL')
    expect(codeOf(() => assemble(spec, { model: scripted({ score: () => -1, price: 'unknown' }) }))).toBe('E_MODEL_PRICE')
    expect(codeOf(() => assemble(spec, { model: scripted({ score: () => -1 }) }))).toBeUndefined()
  })

  it('a specification that is none', () => {
    const spec = completeSpec(puzzle)
    for (const bad of [null, {}, { ...spec, seed: -1 }, { ...spec, baseUrl: 'http://elsewhere' }, { ...spec, budget: { tokens: 'many' } }])
      expect(() => readRunSpec(bad)).toThrow(expect.objectContaining({ code: 'E_SPEC_INVALID' }))
  })
})

describe('every setup', () => {
  it.each(setupNames)('%s: its example can be searched with each of its searchers, proposers and evaluators', (name) => {
    const setup = setupNamed(name)
    const model = scripted({ answers: ['A dog.'], score: () => -1 })
    const tools = { look: tool({ inputSchema: z.object({}), effect: 'none', execute: () => 'nothing' }) }
    for (const searcher of [setup.searcher, ...Object.keys(setup.searchers)])
      for (const proposer of [undefined, ...Object.keys(setup.proposers)])
        for (const evaluator of [undefined, ...Object.keys(setup.evaluators)])
          assemble(completeSpec({ environment: name, task: setup.example, model: model.name, searcher, proposer, evaluator }), {
            model,
            tools,
          })
  })
})

describe('an estimate', () => {
  it('knows the most that a budget and a price allow', () => {
    const dear = scripted({ price: { input: 1, output: 10, asOf: '2026-01-01' }, contextLength: 1000 })
    expect(estimate({ tokens: 10 }, undefined).usd).toBe(0)
    expect(estimate({ tokens: 10 }, scripted()).usd).toBe(0)
    expect(estimate({ tokens: 10 }, dear).usd).toBeUndefined()
    expect(estimate({ calls: 5 }, dear).usd).toBeCloseTo(0.05)
    expect(estimate({ calls: 5, usd: 0.01 }, dear)).toEqual({ most: { calls: 5, usd: 0.01 }, calls: 5, usd: 0.01 })
  })
})
