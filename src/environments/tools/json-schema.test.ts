// Checks by schemas that others wrote: hand-made cases, the verdicts of another implementation, and schemas that mean harm.
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../core/common.ts'
import { jsonSchemaCheck } from './json-schema.ts'

it('says what is wrong, and where', () => {
  const check = jsonSchemaCheck({
    type: 'object',
    properties: { city: { type: 'string', minLength: 1 }, days: { type: 'array', items: { enum: ['Mon', 'Tue'] } } },
    required: ['city'],
    additionalProperties: false,
  })
  expect(check({ city: 'Rome', days: ['Mon'] })).toEqual([])
  expect(check({ days: ['Mon', 'Wed'], cty: 'Rome' })).toEqual([
    'days.1: wanted one of "Mon", "Tue", got "Wed"',
    'the input: "city" is missing',
    'the input: there is no field "cty"',
  ])
  expect(check('Rome')).toEqual(['the input: wanted object, got "Rome"'])
})

describe('keywords', () => {
  it.each<[Json, Json[], Json[]]>([
    [{ type: ['integer', 'null'] }, [1, 1.0, null], [1.5, 'x']],
    [{ const: { a: 1, b: 2 } }, [{ b: 2, a: 1 }], [{ a: 1 }]],
    [{ minimum: 1, exclusiveMaximum: 3 }, [1, 2.9, 'x'], [0, 3]],
    [{ multipleOf: 0.1 }, [0.3, 7, 'x'], [0.35]],
    [{ minLength: 2, maxLength: 2 }, ['ab', '😀😀'], ['a', 'abc']],
    [{ pattern: '^a+$' }, ['aa', 3], ['ab']],
    [{ prefixItems: [{ type: 'string' }], items: { type: 'number' } }, [['a', 1], ['a'], []], [[1], ['a', 'b']]],
    [{ items: [{ type: 'string' }], additionalItems: false }, [['a']], [[1], ['a', 'b']]],
    [{ contains: { const: 1 }, maxContains: 2 }, [[1], [1, 2, 1]], [[], [1, 1, 1]]],
    [
      { uniqueItems: true },
      [
        [1, 2],
        [{ a: 1 }, { a: 2 }],
      ],
      [
        [1, 1],
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      ],
    ],
    [
      { patternProperties: { '^x': { type: 'number' } }, additionalProperties: { type: 'string' } },
      [{ x1: 1, y: 'a' }],
      [{ x1: 'a' }, { y: 1 }],
    ],
    [{ propertyNames: { maxLength: 1 }, maxProperties: 1 }, [{ a: 1 }], [{ ab: 1 }, { a: 1, b: 1 }]],
    [{ dependentRequired: { a: ['b'] } }, [{ a: 1, b: 1 }, {}], [{ a: 1 }]],
    [{ dependentSchemas: { a: { required: ['b'] } } }, [{ a: 1, b: 1 }, {}], [{ a: 1 }]],
    [{ oneOf: [{ type: 'integer' }, { minimum: 2 }] }, [1, 2.5], [3, 1.5]],
    [{ not: { type: 'string' } }, [1], ['a']],
    // biome-ignore lint/suspicious/noThenProperty: it is what JSON Schema calls it
    [{ if: { required: ['a'] }, then: { required: ['b'] }, else: { required: ['c'] } }, [{ a: 1, b: 1 }, { c: 1 }], [{ a: 1 }, {}]],
    [{ $ref: '#/$defs/tree~1s', $defs: { 'tree/s': { items: { $ref: '#/$defs/tree~1s' }, type: 'array' } } }, [[[], [[]]]], [[[], [1]]]],
    [{ properties: { a: false } }, [{}, { b: 1 }], [{ a: 1 }]],
    [true, [1, 'a'], []],
  ])('%j', (schema, right, wrong) => {
    const check = jsonSchemaCheck(schema)
    for (const value of right) expect([value, check(value)]).toEqual([value, []])
    for (const value of wrong) expect([value, check(value).length > 0]).toEqual([value, true])
  })
})

const small = fc.integer({ min: 0, max: 3 })
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, '', 'a', 'ab', 'bb', 0, 1, 2, 1.5),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'ab'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))
const { schema } = fc.letrec<{ schema: Json }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Json>(true, false, {}, { $ref: '#/$defs/one' }),
    fc.record(
      {
        type: fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object'),
        enum: fc.uniqueArray(value, { minLength: 1, maxLength: 3, comparator: (a, b) => JSON.stringify(a) === JSON.stringify(b) }),
        minimum: small,
        exclusiveMaximum: small,
        minLength: small,
        maxLength: small,
        pattern: fc.constantFrom('^a', 'b$', '^(a|b)*$'),
        minItems: small,
        uniqueItems: fc.boolean(),
        contains: tie('schema'),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('schema'), { maxKeys: 2, noNullPrototype: true }),
        required: fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }),
        additionalProperties: tie('schema'),
        propertyNames: tie('schema'),
        maxProperties: small,
        allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        not: tie('schema'),
        if: tie('schema'),
        // biome-ignore lint/suspicious/noThenProperty: it is what JSON Schema calls it
        then: tie('schema'),
        else: tie('schema'),
      },
      { requiredKeys: [], noNullPrototype: true },
    ) as fc.Arbitrary<Json>,
  ),
}))

it('judges as another implementation does', () => {
  const one: Json = { type: 'string', minLength: 1 }
  let [fits, all] = [0, 0]
  fc.assert(
    fc.property(schema, fc.array(value, { minLength: 8, maxLength: 8 }), (inner, values) => {
      const whole = { allOf: [inner], $defs: { one } }
      const check = jsonSchemaCheck(whole)
      const other = new AjvJsonSchemaValidator().getValidator(whole as object)
      for (const value of values) {
        const right = check(value).length === 0
        all++
        if (right) fits++
        expect([value, right]).toEqual([value, other(value).valid])
      }
    }),
    { numRuns: 150 },
  )
  expect(fits / all).toBeGreaterThan(0.1)
  expect(fits / all).toBeLessThan(0.9)
})

describe('schemas that mean harm', () => {
  it.each<[string, Json, RegExp]>([
    ['none at all', 'object', /it is none/],
    ['from elsewhere', { properties: { a: { $ref: 'https://a.test/s.json' } } }, /refers to elsewhere.*a\.test/],
    ['too deep', Array.from({ length: 70 }).reduce<Json>((inner) => ({ not: inner }), {}), /nested too deeply/],
    ['too large', { enum: Array.from({ length: 30_000 }, (_, at) => at) }, /too large/],
  ])('%s', (_, schema, message) => {
    expect(() => jsonSchemaCheck(schema)).toThrow(message)
  })
  it('end, whatever they say', () => {
    expect(jsonSchemaCheck({ $ref: '#' })(1)).toEqual([expect.stringMatching(/too deep/)])
    const wide = { anyOf: [{ $ref: '#' }, { $ref: '#' }, { type: 'string' }] }
    expect(jsonSchemaCheck(wide)(1).length).toBeGreaterThan(0)
    expect(jsonSchemaCheck({ pattern: '^(a+)+$' })(`${'a'.repeat(100_000)}b`).length).toBe(1)
    // Not of RE2: the server may judge.
    expect(jsonSchemaCheck({ pattern: '(?=a)b' })('x')).toEqual([])
  })
})
