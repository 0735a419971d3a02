// Grades of errands: each task's own solution is right; shorter plans, other tasks' plans and random ones are not.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { errands } from '../environments/errands.ts'
import { errandsGrader } from './errands.ts'

const looks = /^(find|list|show|read|free)_/

it('of a solution are right, and need 3 to 8 calls, none of which the world refuses', async () => {
  for (const seed of [1001, 1002, 1003]) {
    using world = errands({ seed })
    using grader = errandsGrader({ seed })
    for (const task of world.tasks) {
      const calls = grader.solution(task.id)
      expect(calls.length).toBeGreaterThanOrEqual(3)
      expect(calls.length).toBeLessThanOrEqual(8)
      expect([task.id, await grader.grade(task, { calls })]).toEqual([task.id, { correct: true }])
    }
  }
})

it('of other plans are wrong', async () => {
  using world = errands({ seed: 1001 })
  using grader = errandsGrader({ seed: 1001 })
  const task = fc.constantFrom(...world.tasks)
  await fc.assert(
    fc.asyncProperty(task, task, fc.nat(), async (one, other, at) => {
      const calls = grader.solution(one.id)
      const acts = calls.filter(({ tool }) => !looks.test(tool))
      expect(await grader.grade(one, { calls: acts })).toEqual({ correct: true })
      const less = acts.filter((_, place) => place !== at % acts.length)
      // Writing the price that stands there already changes nothing.
      if (acts[at % acts.length]!.tool !== 'write_cell') expect((await grader.grade(one, { calls: less })).correct).toBe(false)
      if (one.id === other.id) return
      const others = grader.solution(other.id)
      if (one.family !== 'sheet' && other.family !== 'sheet') {
        expect((await grader.grade(one, { calls: others })).correct).toBe(false)
        // Of one family, what the first plan did may keep the world from taking the second.
        if (one.family !== other.family) expect((await grader.grade(one, { calls: [...calls, ...others] })).correct).toBe(false)
      }
    }),
    { numRuns: 150 },
  )
})

it('of plans that are none, or draw calls at random, are wrong', async () => {
  using world = errands({ seed: 1002 })
  using grader = errandsGrader({ seed: 1002 })
  const [task] = world.tasks
  expect(await grader.grade(task!, undefined)).toEqual({ correct: false, reason: 'no plan' })
  const anyCall = fc.constantFrom(...world.tasks.slice(1).flatMap(({ id }) => grader.solution(id)))
  await fc.assert(
    fc.asyncProperty(fc.array(anyCall, { maxLength: 8 }), async (calls) => {
      expect((await grader.grade(task!, { calls })).correct).toBe(false)
    }),
    { numRuns: 60 },
  )
})

it('count the rows that calls add and remove, not how they are got', async () => {
  using grader = errandsGrader({ seed: 1001, count: 3 })
  const calls = grader.solution('order-2')
  const there = { tool: 'add_event', input: { title: 'x', day: 'Mon', hour: 8 } }
  const gone = { tool: 'delete_event', input: { title: 'x', day: 'Mon' } }
  expect(await grader.grade({ id: 'order-2' }, { calls: [there, ...calls, gone] })).toEqual({ correct: true })
  expect(await grader.grade({ id: 'order-2' }, { calls: [...calls, there] })).toEqual({
    correct: false,
    reason: 'events {"title":"x","day":"Mon","hour":8}',
  })
})
