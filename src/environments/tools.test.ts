// Tools as an environment: what runs in the search, what waits, and how every mistake of a model reads to it.
import { jsonSchema, tool as sdkTool } from 'ai'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { StepContext } from '../core/environment.ts'
import { BanyanError } from '../core/errors.ts'
import { scripted } from '../models/scripted.ts'
import { fakeContext } from '../testing/fake-context.ts'
import { fakeNode } from '../testing/fake-node.ts'
import { testEnvironment } from '../testing/test-environment.ts'
import { readToolAction, type ToolAction } from './tools/action.ts'
import { toolCalls } from './tools/proposer.ts'
import { readTools, type Tools, tool } from './tools/tool.ts'
import { type ToolState, tools } from './tools.ts'

const context = (signal?: AbortSignal): StepContext =>
  Object.assign(fakeContext(signal === undefined ? {} : { signal }), { purpose: 'search' as const })

/** A small shop: its shelf is looked at, its carts are filled and emptied, its goods are paid for. */
function shop() {
  const did: string[] = []
  const kit = {
    price: tool({
      description: 'the price of a thing',
      inputSchema: z.object({ thing: z.string() }),
      effect: 'none',
      execute: ({ thing }) => (thing === 'unicorn' ? Promise.reject(new Error('we have none')) : { thing, euros: thing.length }),
    }),
    hold: tool({
      inputSchema: z.object({ thing: z.string() }),
      effect: 'reversible',
      execute: ({ thing }) => {
        did.push(`hold ${thing}`)
        return { hold: 7 }
      },
      undo: ({ thing }, { hold }) => void did.push(`release ${thing} ${hold}`),
    }),
    buy: sdkTool({
      description: 'buys a thing',
      inputSchema: jsonSchema<{ thing: string }>(
        { type: 'object', properties: { thing: { type: 'string' } }, required: ['thing'] },
        {
          validate: (value) =>
            typeof (value as { thing?: unknown })?.thing === 'string'
              ? { success: true, value: value as { thing: string } }
              : { success: false, error: new Error('thing: a text') },
        },
      ),
      execute: ({ thing }) => void did.push(`buy ${thing}`),
    }),
  } satisfies Tools
  return { did, kit, environment: tools({ tools: kit }) }
}

async function after(environment: ReturnType<typeof tools>, ...actions: ToolAction[]): Promise<ToolState> {
  let state = environment.initial({ goal: 'a lamp' })
  for (const action of actions) state = (await environment.step(state, action, context())).state
  return state
}
const call = (name: string, input: object = { thing: 'lamp' }): ToolAction => ({ kind: 'call', tool: name, input: input as never })

it('calls what has no effect, tries what can be taken back, and plans the rest', async () => {
  const { did, environment } = shop()
  const state = await after(environment, call('price'), call('hold'), call('buy'), { kind: 'finish', answer: 'bought' })
  expect(state.steps).toEqual([
    { kind: 'called', tool: 'price', input: { thing: 'lamp' }, result: { thing: 'lamp', euros: 4 } },
    { kind: 'planned', tool: 'hold', input: { thing: 'lamp' }, result: { hold: 7 } },
    { kind: 'planned', tool: 'buy', input: { thing: 'lamp' } },
  ])
  expect(did).toEqual(['hold lamp', 'release lamp 7'])
  expect(environment.answer(state)).toEqual({
    answer: 'bought',
    calls: [
      { tool: 'hold', input: { thing: 'lamp' }, effect: 'reversible' },
      { tool: 'buy', input: { thing: 'lamp' }, effect: 'irreversible' },
    ],
  })
  expect(environment.render(state)).toBe(
    [
      'Goal: a lamp',
      '1. price({"thing":"lamp"})',
      '   {"thing":"lamp","euros":4}',
      '2. hold({"thing":"lamp"})',
      '   planned, to be carried out at the end; tried, it gave {"hold":7}',
      '3. buy({"thing":"lamp"})',
      '   planned, to be carried out at the end',
      'End: bought',
    ].join('\n'),
  )
})

describe('a world that can be taken back as a whole', () => {
  /** A counter, with a tool that adds to it; some additions fail. */
  function counter() {
    const world = { count: 0, most: Number.POSITIVE_INFINITY }
    const environment = tools({
      tools: {
        add: tool({
          inputSchema: z.object({ n: z.int() }),
          execute({ n }) {
            if (world.count + n > world.most) throw new Error('too many')
            world.count += n
            return world.count
          },
        }),
        read: tool({ inputSchema: z.object({}), effect: 'none', execute: () => world.count }),
      },
      async rehearse(work) {
        const { count } = world
        try {
          return await work()
        } finally {
          world.count = count
        }
      },
    })
    return { world, environment }
  }
  const path = (environment: ReturnType<typeof tools>, ...actions: ToolAction[]) => after(environment, ...actions)
  it('is as the path has left it: irreversible calls are tried, and seen by those after them', async () => {
    const { world, environment } = counter()
    const state = await path(environment, call('add', { n: 2 }), call('read', {}), call('add', { n: 3 }))
    expect(state.steps).toEqual([
      { kind: 'planned', tool: 'add', input: { n: 2 }, result: 2 },
      { kind: 'called', tool: 'read', input: {}, result: 2 },
      { kind: 'planned', tool: 'add', input: { n: 3 }, result: 5 },
    ])
    expect(world.count).toBe(0)
    expect(environment.effect(state, call('add', { n: 1 }))).toBe('reversible')
  })
  it('shows what a call says that it refuses, and ends where it no longer does what it did', async () => {
    const { world, environment } = counter()
    world.most = 4
    const state = await path(environment, call('add', { n: 3 }), call('add', { n: 3 }))
    expect(state.steps[1]).toEqual({ kind: 'failed', tool: 'add', input: { n: 3 }, error: 'too many' })
    world.most = 2
    await expect(environment.step(state, call('read', {}), context())).rejects.toMatchObject({ code: 'E_TOOL_REPLAY', fatal: true })
  })
})

it('ends the search when a tool is gone for good, and takes no other error of it as an end', async () => {
  const throwing = (error: Error) => {
    const gone = tool({ inputSchema: z.object({}), effect: 'none', execute: () => Promise.reject(error) })
    const environment = tools({ tools: { gone } })
    return environment.step(environment.initial({ goal: 'x' }), call('gone', {}), context())
  }
  await expect(throwing(new BanyanError('E_X_GONE', 'it is gone', { fatal: true }))).rejects.toMatchObject({ code: 'E_X_GONE' })
  expect((await throwing(new BanyanError('E_X_BUSY', 'it is busy'))).observation).toBe('error: it is busy')
})

describe('mistakes become steps that say what is wrong', () => {
  it.each<[string, ToolAction, RegExp]>([
    ['no such tool', call('prize'), /no tool of that name.*price, hold, buy.*Did you mean "price"/],
    ['a wrong input', call('price', { thing: 3 }), /not as the tool wants it.*string/s],
    ['a wrong input of a planned tool', call('buy', {}), /thing: a text/],
    ['a tool that throws', call('price', { thing: 'unicorn' }), /we have none/],
    ['an unreadable reply', { kind: 'unreadable', text: 'Let me think.' }, /write one JSON object/],
  ])('%s', async (_, action, message) => {
    const { did, environment } = shop()
    const { state, terminal, observation } = await environment.step(environment.initial({ goal: 'x' }), action, context())
    expect([terminal, did, state.answer]).toEqual([false, [], undefined])
    expect(state.steps[0]).toMatchObject({ error: expect.stringMatching(message) })
    expect(observation).toMatch(/^error: /)
  })

  it('ends a path after its most steps, without an answer', async () => {
    const { environment } = shop()
    const { state, terminal } = await environment.step(environment.initial({ goal: 'x', maxSteps: 1 }), call('price'), context())
    expect([terminal, environment.answer(state)]).toEqual([true, undefined])
  })

  it('stops waiting for a tool that takes too long, and for nobody when the search is stopped', async () => {
    const slow = tools({
      tools: { slow: tool({ inputSchema: z.object({}), effect: 'none', execute: () => new Promise(() => {}) }) },
      seconds: 0.01,
    })
    const { state } = await slow.step(slow.initial({ goal: 'x' }), call('slow', {}), context())
    expect(state.steps[0]).toMatchObject({ error: 'the tool took longer than 0.01 seconds' })
    const patient = tools({ tools: { slow: tool({ inputSchema: z.object({}), effect: 'none', execute: () => new Promise(() => {}) }) } })
    await expect(patient.step(patient.initial({ goal: 'x' }), call('slow', {}), context(AbortSignal.timeout(5)))).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })

  it('is a fatal error where what was tried cannot be taken back', async () => {
    const stuck = tool({
      inputSchema: z.object({}),
      effect: 'reversible',
      execute: () => 1,
      undo: () => Promise.reject(new Error('too late')),
    })
    const environment = tools({ tools: { stuck } })
    await expect(environment.step(environment.initial({ goal: 'x' }), call('stuck', {}), context())).rejects.toMatchObject({
      code: 'E_TOOL_UNDO',
      fatal: true,
    })
  })
})

describe('reading tools', () => {
  it('takes effects by name before what the tools say; nothing said is irreversible', () => {
    const { kit } = shop()
    const effectOf = (tools: ReturnType<typeof readTools>) =>
      [...tools.values()].map(({ name, effect, rehearsed }) => `${name} ${effect} ${rehearsed}`)
    expect(effectOf(readTools(kit))).toEqual(['price none false', 'hold reversible true', 'buy irreversible false'])
    expect(effectOf(readTools(kit, { price: 'irreversible', buy: { undo: () => {} } }))).toEqual([
      'price irreversible false',
      'hold reversible true',
      'buy reversible true',
    ])
    expect(effectOf(readTools({ buy: kit.buy }, { buy: 'reversible' }))).toEqual(['buy reversible false'])
  })

  it('takes the last of what a tool reports, and schemas in every form', async () => {
    async function* report() {
      yield 1
      yield 2
    }
    const environment = tools({
      tools: {
        count: { effect: 'none', execute: report },
        lazy: { effect: 'none', inputSchema: () => z.object({}), execute: () => undefined },
      },
    })
    const state = await after(environment, call('count', {}), call('lazy', {}))
    expect(state.steps).toMatchObject([{ result: 2 }, { result: null }])
    expect(await environment.known.get('count')!.parameters()).toEqual({ type: 'object' })
    expect(await environment.known.get('lazy')!.parameters()).toMatchObject({ type: 'object', properties: {} })
  })

  it.each<[string, Tools, RegExp]>([
    ['no tools', {}, /at least one/],
    ['a tool that runs elsewhere', { a: { description: 'x' } }, /cannot be searched with/],
    ['a name that is taken', { finish: { execute: () => 1 } }, /not `finish`/],
    ['an effect that is none', { a: { execute: () => 1, effect: 'maybe' as never } }, /'irreversible'/],
  ])('refuses %s', (_, given, message) => {
    expect(() => readTools(given)).toThrow(expect.objectContaining({ code: 'E_TOOL_CONTRACT', message: expect.stringMatching(message) }))
  })

  it('refuses effects of tools that are not there', () => {
    expect(() => readTools({ a: { execute: () => 1 } }, { b: 'none' })).toThrow(/the name of a tool/)
  })
})

describe('reading what a model writes', () => {
  const lamp = { kind: 'call', tool: 'buy', input: { thing: 'lamp' } }
  it.each<[string, unknown]>([
    ['{"tool":"buy","input":{"thing":"lamp"}}', lamp],
    ['I will buy it.\n```json\n{"name": "buy", "arguments": "{\\"thing\\":\\"lamp\\"}"}\n```', lamp],
    ['<tool_call>{"name":"buy","parameters":{"thing":"lamp"}}</tool_call>', lamp],
    ['{"tool_calls":[{"type":"function","function":{"name":"buy","arguments":{"thing":"lamp"}}}]}', lamp],
    ['{"tool":"buy"}', { kind: 'call', tool: 'buy', input: {} }],
    ['{"finish":"done"}', { kind: 'finish', answer: 'done' }],
    ['{"finish":{"total":3}}', { kind: 'finish', answer: '{"total":3}' }],
    ['{"tool":"finish","input":{"answer":"done"}}', { kind: 'finish', answer: 'done' }],
    ['{"thought":"hm"}', { kind: 'unreadable', text: '{"thought":"hm"}' }],
    ['Let me think.', { kind: 'unreadable', text: 'Let me think.' }],
    ['  ', undefined],
  ])('%s', (text, action) => {
    expect(readToolAction(text)).toEqual(action)
  })

  it('reads any text without throwing', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => void JSON.stringify(readToolAction(text))))
  })
})

it('asks a model for the next step, with the tools and what has happened, and joins equal replies', async () => {
  const { environment } = shop()
  const model = scripted({ answer: (_, { index }) => (index < 3 ? '{"tool":"price","input":{"thing":"lamp"}}' : '{"finish":"4 euros"}') })
  const proposer = toolCalls({ model, tools: environment.known })
  const state = await after(environment, call('prize'))
  const [proposed] = await proposer.propose([{ node: fakeNode<ToolState, ToolAction>(state), siblings: [], count: 4 }], fakeContext())
  expect(proposed?.candidates).toEqual([
    { action: call('price'), prior: 0.75 },
    { action: { kind: 'finish', answer: '4 euros' }, prior: 0.25 },
  ])
  const chat = JSON.stringify(model.log[0]?.request)
  for (const part of ['buys a thing', 'planned now', 'a lamp', 'no tool of that name']) expect(chat).toContain(part)
})

testEnvironment({
  name: 'tools',
  create: () => tools({ tools: { add: tool({ inputSchema: z.object({ n: z.int() }), effect: 'none', execute: ({ n }) => n + 1 }) } }),
  tasks: [{ goal: 'count', maxSteps: 4 }],
  actionsOf: (state) =>
    state.answer === undefined ? [call('add', { n: state.steps.length }), call('ad', {}), { kind: 'finish', answer: 'x' }] : [],
})
