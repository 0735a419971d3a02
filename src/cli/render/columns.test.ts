import fc from 'fast-check'
import { expect, it } from 'vitest'
import { columnsOf, pad, shorten } from './columns.ts'

it('counts columns as a terminal shows them', () => {
  expect(columnsOf('tree')).toBe(4)
  expect(columnsOf('树')).toBe(2)
  expect(columnsOf('e\u0301')).toBe(1)
  expect(columnsOf('👩‍👩‍👧')).toBe(2)
})

it('cuts between characters, and says that it has', () => {
  expect(shorten('banyan', 6)).toBe('banyan')
  expect(shorten('banyan tree', 8)).toBe('banyan…')
  expect(shorten('树搜索', 4)).toBe('树…')
  expect(shorten('👩‍👩‍👧 family', 3)).toBe('👩‍👩‍👧…')
  expect(shorten('banyan', 0)).toBe('')
})

it('is exact: shortened never wider, padded never narrower', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 20 }), (text, columns) => {
      expect(columnsOf(shorten(text, columns))).toBeLessThanOrEqual(columns)
      expect(columnsOf(pad(shorten(text, columns), columns))).toBe(columns)
    }),
  )
})
