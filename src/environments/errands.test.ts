// Errands: thirty-three tools, a world that is taken back after each step, and tasks that say all that is to be known.
import { expect, it } from 'vitest'
import type { StepContext } from '../core/environment.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { testEnvironment } from '../testing/test-environment.ts'
import { database } from './errands/database.ts'
import { errands, errandTools } from './errands.ts'
import type { ToolAction } from './tools/action.ts'
import { readTools, toolRun } from './tools/tool.ts'
import { jsonOf, type ToolState } from './tools.ts'

const context: StepContext = Object.assign(fakeContext(), { purpose: 'search' as const })
const call = (tool: string, input: object): ToolAction => ({ kind: 'call', tool, input: jsonOf(input) })
const order = call('create_order', { order: 'mine', customer: 'Ada Moss' })
const pay = call('pay_order', { order: 'mine' })

it('has the same hundred tasks for the same seed, of eight families, and others for another', () => {
  using one = errands({ seed: 1001 })
  using again = errands({ seed: 1001 })
  using other = errands({ seed: 1002 })
  expect(one.tasks).toEqual(again.tasks)
  expect(one.tasks).not.toEqual(other.tasks)
  expect([one.tasks.length, new Set(one.tasks.map(({ goal }) => goal)).size]).toEqual([100, 100])
  expect(new Set(one.tasks.map(({ family }) => family)).size).toBe(8)
  expect(one.environment.known.size).toBe(33)
  expect(Object.keys(one.tasks[0]!)).toEqual(['id', 'family', 'goal'])
})

it('lets a path see its own calls, and no other path', async () => {
  using world = errands({ seed: 1001 })
  const { environment } = world
  let state: ToolState = environment.initial({ goal: 'an order' })
  const early = await environment.step(state, pay, context)
  expect(early.observation).toMatch(/no such order/)
  for (const action of [order, pay]) state = (await environment.step(state, action, context)).state
  expect(state.steps.map(({ kind }) => kind)).toEqual(['planned', 'planned'])
  const twice = await environment.step(state, pay, context)
  expect(twice.observation).toMatch(/not open/)
  expect((await environment.step(environment.initial({ goal: 'another' }), order, context)).observation).toMatch(/done/)
})

it('can be stepped from many places at once', async () => {
  using world = errands({ seed: 1001 })
  const { environment } = world
  const start = environment.initial({ goal: 'an order' })
  const steps = await Promise.all(Array.from({ length: 8 }, () => environment.step(start, order, context)))
  expect(steps.map(({ observation }) => observation)).toEqual(Array(8).fill(expect.stringMatching(/done/)))
})

it('refuses what it cannot do, and changes nothing then', async () => {
  const world = database(1001)
  const before = world.contents()
  const known = readTools(errandTools(world))
  const run = toolRun('one', new AbortController().signal)
  for (const [name, input] of [
    ['pay_order', { order: 'none' }],
    ['invite', { title: 'none', day: 'Mon', email: 'ada@mail.test' }],
    ['add_to_order', { order: 'order-1', product: 'lamp-A', quantity: 20 }],
    ['send_message', { to: 'nobody@mail.test', text: 'hello' }],
  ] as const)
    await expect(known.get(name)!.execute(input, run)).rejects.toThrow(/there is no such|in stock/)
  expect(world.contents()).toBe(before)
  world.close()
})

testEnvironment({
  name: 'errands',
  create: () => errands({ seed: 1001, count: 8 }).environment,
  tasks: [{ goal: 'an order', maxSteps: 4 }],
  actionsOf: ({ answer }) => (answer === undefined ? [order, pay, call('list_todos', {}), { kind: 'finish', answer: 'x' }] : []),
})
