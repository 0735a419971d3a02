// Memory of plans: likeness and places by hand, and what must hold for any plans.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { commonLength, planMemory } from './plan-memory.ts'

it('knows how much a path has in common with a plan, and how far along a call stands', () => {
  const memory = planMemory([
    ['find', 'book', 'pay', 'tell'],
    ['find', 'pay'],
  ])
  // LCS with the first: find, pay, tell; 3 of min(3, 4). With the second: 2 of min(3, 2).
  expect(memory.likeness(['find', 'pay', 'tell'])).toBe(1)
  // First: find, book; 2 of 3. Second: find; 1 of 2.
  expect(memory.likeness(['find', 'walk', 'book'])).toBeCloseTo(2 / 3)
  // The wrong way round: one call in common, of 2.
  expect(memory.likeness(['pay', 'find'])).toBe(0.5)
  expect(memory.place('find')).toBeCloseTo((1 / 4 + 1 / 2) / 2)
  expect(memory.place('pay')).toBeCloseTo((3 / 4 + 1) / 2)
  expect(memory.place('book')).toBe(0.5)
})

it('knows nothing at first, and nothing of calls that no plan has', () => {
  const memory = planMemory()
  memory.add([])
  expect([memory.plans.length, memory.likeness(['find']), memory.place('find')]).toEqual([0, 0, 0])
  memory.add(['find', 'find'])
  expect([memory.likeness([]), memory.place('find'), memory.place('book')]).toEqual([0, 0.5, 0])
})

it('finds the longest common subsequence', () => {
  expect(commonLength([...'AGCAT'], [...'GAC'])).toBe(2)
  expect(commonLength([...'XMJYAUZ'], [...'MZJAWXU'])).toBe(4)
  expect(commonLength([], ['a'])).toBe(0)
})

const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 7 })

it('has a longest common subsequence that is as long as the longest of all', () => {
  const subsequences = (list: readonly string[]) =>
    Array.from({ length: 2 ** list.length }, (_, mask) => list.filter((__, at) => (mask >> at) & 1).join())
  fc.assert(
    fc.property(words, words, (one, other) => {
      const theirs = new Set(subsequences(other))
      const longest = Math.max(...subsequences(one).map((text) => (theirs.has(text) && text !== '' ? text.split(',').length : 0)))
      expect(commonLength(one, other)).toBe(longest)
      expect(commonLength(other, one)).toBe(longest)
    }),
    { numRuns: 60 },
  )
})

it('never likes a path less for one more plan', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 4 }), words, words, (plans, more, path) => {
      const memory = planMemory(plans)
      const before = memory.likeness(path)
      memory.add(more)
      const after = memory.likeness(path)
      expect(after).toBeGreaterThanOrEqual(before)
      expect(after).toBeLessThanOrEqual(1)
      if (more.length > 0) expect(memory.likeness(more)).toBe(1)
    }),
  )
})
