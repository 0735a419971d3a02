import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Json } from '../core/common.ts'
import { fromExactJson, toExactJson } from './exact-json.ts'

it('writes what JSON cannot say as marks, and leaves everything else alone', () => {
  expect(toExactJson({ a: [1, Number.NaN], b: -0 })).toEqual({ json: '{"a":[1,{"$number":"NaN"}],"b":{"$number":"-0"}}', marked: true })
  expect(toExactJson({ a: [1, 'x'], b: undefined })).toEqual({ json: '{"a":[1,"x"]}', marked: false })
})

it('keeps long texts elsewhere', () => {
  const texts: string[] = []
  const keep = (text: string): number | undefined => (text.length > 3 ? texts.push(text) - 1 : undefined)
  const written = toExactJson(['abc', { long: 'abcd' }], keep)
  expect(written).toEqual({ json: '["abc",{"long":{"$text":0}}]', marked: true })
  expect(fromExactJson(written, (id) => texts[id])).toEqual(['abc', { long: 'abcd' }])
})

it('gives every value back, with any texts kept elsewhere', () => {
  const key = fc.oneof(fc.string(), fc.constantFrom('$text', '$number', '$object', '$', '__proto__', 'constructor'))
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
    ),
  }))
  fc.assert(
    fc.property(value, fc.nat(4), (before, longest) => {
      const copy = structuredClone(before)
      const texts: string[] = []
      const written = toExactJson(before, (text) => (text.length > longest ? texts.push(text) - 1 : undefined))
      // Not vitest's equality, which asks objects for their constructor.
      expect(
        isDeepStrictEqual(
          fromExactJson(written, (id) => texts[id]),
          before,
        ),
      ).toBe(true)
      expect(isDeepStrictEqual(before, copy)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

it('refuses marks that mean nothing', () => {
  for (const json of ['{"$text":9}', '{"$other":1}', '{"$number":1}', '{"$object":[]}']) {
    expect(() => fromExactJson({ json, marked: true })).toThrow(RangeError)
    expect(fromExactJson({ json, marked: false })).toEqual(JSON.parse(json))
  }
})
