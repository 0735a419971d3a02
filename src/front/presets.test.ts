// Presets are plain data that fit every environment, and say so when a budget was filled in.
import { expect, it } from 'vitest'
import { searcherNamed } from '../core/searchers/named.ts'
import { scripted } from '../models/scripted.ts'
import { completeSpec } from './assemble.ts'
import { budgetOf, type PresetName, presetFor, presets } from './presets.ts'
import { setupNamed, setupNames } from './setups/index.ts'

const names = Object.keys(presets) as PresetName[]

it.each(setupNames)('fit the environment %s', (environment) => {
  for (const name of names) {
    const { searcher, settings, concurrency } = presetFor(name, environment)
    const task = setupNamed(environment).example
    expect(completeSpec({ environment, task, model: 'm', searcher, settings, concurrency })).toMatchObject({ searcher, concurrency })
  }
})

it('fit the environment of tools', () => {
  for (const name of names) {
    const { searcher, settings } = presetFor(name, 'tools')
    expect(searcherNamed(searcher, settings).name).toBe(searcher)
  }
})

it('are plain data, and spend more from one to the next', () => {
  expect(JSON.parse(JSON.stringify(presets))).toEqual(presets)
  const calls = names.map((name) => presets[name].budget.paid.calls)
  expect(calls).toEqual(calls.toSorted((a, b) => a - b))
})

it('fill in a budget where none was given, by what the model costs', () => {
  const { budget: own } = presets.balanced
  expect(budgetOf({ calls: 3 }, presets.balanced, scripted())).toEqual({ budget: { calls: 3 } })
  expect(budgetOf(undefined, presets.balanced, scripted())).toMatchObject({
    budget: own.free,
    note: expect.stringMatching(/no budget was given/),
  })
  const paid = scripted({ price: { input: 1, output: 2, asOf: '2026-01-01' } })
  expect(budgetOf({}, presets.balanced, paid)).toMatchObject({ budget: own.paid, note: expect.stringMatching(/is paid for: calls=32/) })
})
