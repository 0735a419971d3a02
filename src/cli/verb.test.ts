import { describe, expect, it } from 'vitest'
import { readArguments } from './verb.ts'

const args = {
  id: { type: 'positional', description: '', required: true },
  model: { type: 'string', description: '' },
  set: { type: 'string', description: '', repeatable: true },
  output: { type: 'string', description: '', alias: 'o' },
  json: { type: 'boolean', description: '' },
} as const
const read = (...raw: string[]) => readArguments('try', args, raw)

describe('arguments', () => {
  it('are read in any order, with repeated options and short names', () => {
    expect(read('--set', 'a=1', 'x', '--set=b=2', '-o', 'f', '--json')).toEqual({
      id: 'x',
      model: undefined,
      set: ['a=1', 'b=2'],
      output: 'f',
      json: true,
    })
    expect(read('x')).toEqual({ id: 'x', model: undefined, set: [], output: undefined, json: false })
    expect(read('--', '--model').id).toBe('--model')
  })

  it.each([
    [['x', '--modell', 'm'], /Did you mean "--model"/],
    [['x', '--model'], /--model needs a value/],
    [['x', '--model='], /--model needs a value/],
    [['x', '--model', 'a', '--model', 'b'], /given twice/],
    [['x', '--json=yes'], /takes no value/],
    [['x', 'y'], /one argument too many; got "y"/],
    [[], /ID is missing/],
    [['x', '--no-json'], /"--no-json"/],
    [['x', '--constructor', '1'], /"--constructor"/],
  ])('%j are refused', (raw, message) => {
    expect(() => read(...raw)).toThrow(expect.objectContaining({ code: 'E_CLI_ARGUMENT', message: expect.stringMatching(message) }))
  })
})
