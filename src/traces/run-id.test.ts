import { expect, it } from 'vitest'
import { isRunId, newRunId, requireRunId } from './run-id.ts'

it('makes ids of 16 characters that name runs, each another', () => {
  const ids = new Set(Array.from({ length: 1000 }, newRunId))
  expect(ids.size).toBe(1000)
  for (const id of ids) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{16}$/)
  expect([...ids].every(isRunId)).toBe(true)
})

it('takes users’ own words and refuses paths and options', () => {
  expect(['nightly-42', 'a.b', 'X_1', 'x'.repeat(64)].filter((id) => !isRunId(id))).toEqual([])
  expect(['', '.x', '-x', 'a/b', 'a\n', 'x'.repeat(65), 3, undefined].filter(isRunId)).toEqual([])
  expect(() => requireRunId('../x')).toThrow(expect.objectContaining({ code: 'E_RUN_ID', seen: '../x' }))
})
