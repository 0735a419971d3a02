import { describe, expect, it } from 'vitest'
import { testEnvironment } from '../testing/test-environment.ts'
import { tokens } from './tokens.ts'

const environment = tokens({ end: 0, mostTokens: 3 })

describe('texts token by token', () => {
  it('end with the end token, or at their length', () => {
    const start = environment.initial({ prompt: [7] })
    const one = environment.step(start, 5)
    expect(one).toEqual({ state: { prompt: [7], tokens: [5] }, reward: 0, terminal: false })
    expect(environment.answer(one.state)).toBeUndefined()
    const ended = environment.step(one.state, 0)
    expect(ended.terminal).toBe(true)
    expect(environment.answer(ended.state)).toEqual([5, 0])
    const long = environment.step(environment.step(one.state, 6).state, 7)
    expect(long.terminal).toBe(true)
    expect(() => environment.step(ended.state, 1)).toThrow(/has ended/)
    expect(() => environment.step(start, -1)).toThrow(/no token/)
  })
})

testEnvironment({
  name: 'tokens',
  create: () => environment,
  tasks: [{ prompt: [7] }, { prompt: [] }],
  actionsOf: () => [0, 1, 2],
  illegal: -1,
})
