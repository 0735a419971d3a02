import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Json } from './common.ts'
import { canonical } from './digest.ts'
import { sameData } from './same.ts'

it('ignores the order of keys and keys without a value', () => {
  expect(sameData({ a: 1, b: [2, { c: null }] }, { b: [2, { c: null, d: undefined }], a: 1 })).toBe(true)
  expect(sameData({ a: 1 }, { a: 1, b: null })).toBe(false)
  expect(sameData([1], { 0: 1 })).toBe(false)
})

it('says the same as the canonical texts', () => {
  const value = fc.jsonValue({ maxDepth: 3, noUnicodeString: true }) as fc.Arbitrary<Json>
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(sameData(a, b)).toBe(canonical(a) === canonical(b))
      expect(sameData(a, structuredClone(a))).toBe(true)
    }),
  )
})
