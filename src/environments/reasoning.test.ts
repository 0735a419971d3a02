import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Json } from '../core/common.ts'
import {
  type ReasoningOptions,
  type ReasoningState,
  type ReasoningTask,
  reasoning,
  reasoningTaskSchema,
  solutionText,
} from './reasoning.ts'

const environment = reasoning()

function solve(task: ReasoningTask, steps: readonly string[], options: ReasoningOptions = {}): ReasoningState {
  const { initial, step } = reasoning(options)
  return steps.reduce((state, text, index) => step(state, { text, end: index === steps.length - 1 }).state, initial(task))
}

describe('reasoning', () => {
  it('grows a solution step by step', () => {
    const start = environment.initial({ prompt: 'What is 17 + 25?', answerBy: 'number' })
    expect(start).toMatchObject({ steps: [], finished: false, task: { answerBy: { kind: 'number' }, maxSteps: 12 } })
    const first = environment.step(start, { text: '17 + 25 = 42', end: false })
    expect(first).toMatchObject({ reward: 0, terminal: false })
    expect(environment.answer(first.state)).toBeUndefined()
    const last = environment.step(first.state, { text: 'So it is 42.', end: true })
    expect(last.terminal).toBe(true)
    expect(environment.answer(last.state)).toBe(42)
    expect(environment.render(last.state)).toBe('What is 17 + 25?\n\n17 + 25 = 42\nSo it is 42.')
    expect(start.steps).toEqual([])
  })

  it('is finished by a marked answer, by the last step, or by saying no more', () => {
    const number = environment.initial({ prompt: 'p', answerBy: 'number', maxSteps: 2 })
    expect(environment.step(number, { text: 'The answer is 42.', end: false }).terminal).toBe(true)
    const one = environment.step(number, { text: 'a', end: false }).state
    expect(environment.step(one, { text: 'b', end: false }).terminal).toBe(true)
    const quiet = environment.step(one, { text: '', end: true })
    expect(quiet).toMatchObject({ terminal: true, state: { steps: ['a'] } })
    const object = environment.initial({ prompt: 'p', answerBy: { kind: 'schema', schema: { type: 'object', required: ['x'] } } })
    const half = environment.step(object, { text: '{"x":', end: false })
    expect(half.terminal).toBe(false)
    expect(environment.step(half.state, { text: '1}', end: false })).toMatchObject({ terminal: true })
  })

  it('has no answer after a refusal', () => {
    const start = environment.initial({ prompt: 'p' })
    const { state, terminal } = environment.step(start, { text: 'I cannot help with that.', end: true, refused: true })
    expect(terminal).toBe(true)
    expect(environment.answer(state)).toBeUndefined()
  })

  it('reads each kind of answer', () => {
    expect(environment.answer(solve({ prompt: 'p' }, ['One.', 'Two.']))).toBe('One.\n\nTwo.')
    expect(environment.answer(solve({ prompt: 'p', answerBy: 'box' }, ['\\boxed{x^2}']))).toBe('x^2')
    expect(environment.answer(solve({ prompt: 'p', answerBy: 'choice' }, ['I think (E)']))).toBe('E')
    expect(environment.answer(solve({ prompt: 'p', answerBy: { kind: 'choice', letters: 'ABC' } }, ['I think (E)']))).toBeUndefined()
    const schema: Json = { type: 'object', properties: { sum: { type: 'integer' } }, required: ['sum'] }
    expect(environment.answer(solve({ prompt: 'p', answerBy: { kind: 'schema', schema } }, ['It is {"sum": 42}']))).toEqual({ sum: 42 })
    expect(environment.answer(solve({ prompt: 'p', answerBy: { kind: 'schema', schema } }, ['It is {"sum": "42"}']))).toBeUndefined()
  })

  it('takes a zod schema in code, with its checks and transforms', () => {
    const output = z.object({ name: z.string().transform((name) => name.toUpperCase()), age: z.int().refine((age) => age > 17) })
    const options = { output }
    const { answer } = reasoning(options)
    const adult = solve({ prompt: 'p' }, ['{"name":"ada","age":36}'], options)
    expect(adult.task.answerBy).toMatchObject({ kind: 'schema', schema: { type: 'object', required: ['name', 'age'] } })
    expect(answer(adult)).toEqual({ name: 'ADA', age: 36 })
    expect(answer(solve({ prompt: 'p' }, ['{"name":"tim","age":7}'], options))).toBeUndefined()
  })

  it('has equal keys for equal texts only', () => {
    const a = solve({ prompt: 'p' }, ['x', 'y'])
    expect(environment.key(a)).toBe(environment.key(solve({ prompt: 'p' }, ['x', 'y'])))
    expect(environment.key(a)).not.toBe(environment.key({ ...a, finished: false }))
    expect(environment.key(a)).not.toBe(environment.key(solve({ prompt: 'p' }, ['x', 'z'])))
  })

  it('survives being written down', () => {
    const state = solve({ prompt: 'p', answerBy: 'number' }, ['6 · 7 = 42'])
    const back = environment.decode(JSON.parse(JSON.stringify(environment.encode(state))))
    expect(back).toEqual(state)
    expect(environment.answer(back)).toBe(42)
    expect(solutionText(back)).toBe('6 · 7 = 42')
  })
})

describe('a reasoning task', () => {
  it.each([
    [{}, 'prompt'],
    [{ prompt: '' }, 'prompt'],
    [{ prompt: 'p', maxSteps: 0 }, 'maxSteps'],
    [{ prompt: 'p', answerBy: 'letter' }, 'answerBy'],
    [{ prompt: 'p', answerBy: { kind: 'choice', letters: 'a' } }, 'answerBy'],
    [{ prompt: 'p', history: [{ role: 'robot', content: '' }] }, 'history.0.role'],
    [{ prompt: 'p', extra: 1 }, 'task'],
    ['p', 'task'],
  ])('%j is refused, naming %s', (task, field) => {
    expect(reasoningTaskSchema.safeParse(task).success).toBe(false)
    expect(() => environment.initial(task as ReasoningTask)).toThrow(
      expect.objectContaining({ code: 'E_TASK_INVALID', message: expect.stringContaining(field) }),
    )
  })

  const chain = (length: number): Json => ({
    $ref: '#/$defs/s0',
    $defs: Object.fromEntries(
      Array.from({ length }, (_, n) => [
        `s${n}`,
        n + 1 < length ? { anyOf: [{ $ref: `#/$defs/s${n + 1}` }, { $ref: `#/$defs/s${n + 1}` }] } : { type: 'string' },
      ]),
    ),
  })
  let nested: Json = { type: 'string' }
  for (let depth = 0; depth < 40; depth++) nested = { type: 'array', items: nested }

  it.each([
    ['a remote reference', { $ref: 'https://example.com/schema.json' }, 'E_SCHEMA_UNSAFE'],
    ['a remote reference further in', { properties: { a: { items: { $ref: 'other.json#/x' } } } }, 'E_SCHEMA_UNSAFE'],
    ['a recursion', { $ref: '#/$defs/a', $defs: { a: { type: 'array', items: { $ref: '#/$defs/a' } } } }, 'E_SCHEMA_UNSAFE'],
    ['itself', { properties: { a: { $ref: '#' } } }, 'E_SCHEMA_UNSAFE'],
    ['a pattern', { type: 'string', pattern: '(a+)+$' }, 'E_SCHEMA_UNSAFE'],
    ['too much depth', nested, 'E_SCHEMA_UNSAFE'],
    ['references that multiply', chain(16), 'E_SCHEMA_UNSAFE'],
    ['a reference to nothing', { $ref: '#/$defs/a' }, 'E_SCHEMA_INVALID'],
    ['an unknown type', { type: 'thing' }, 'E_SCHEMA_INVALID'],
    ['a text', 'string', 'E_SCHEMA_INVALID'],
  ])('with a schema that has %s is refused', (_, schema, code) => {
    expect(() => environment.initial({ prompt: 'p', answerBy: { kind: 'schema', schema: schema as Json } })).toThrow(
      expect.objectContaining({ code }),
    )
  })

  it('may have local references', () => {
    const schema: Json = {
      type: 'object',
      properties: { a: { $ref: '#/$defs/n' }, b: { $ref: '#/$defs/n' } },
      $defs: { n: { type: 'integer' } },
    }
    expect(environment.answer(solve({ prompt: 'p', answerBy: { kind: 'schema', schema } }, ['{"a":1,"b":2}']))).toEqual({ a: 1, b: 2 })
  })
})
