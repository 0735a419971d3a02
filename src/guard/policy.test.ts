// A policy as a guard: in every path that executes an action, with updates that follow the path, and with what it decided in the log.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Environment, StepContext } from '../core/environment.ts'
import type { LogEvent, Searcher, Work } from '../core/index.ts'
import type { ProposeRequest } from '../core/proposer.ts'
import { search } from '../core/search.ts'
import { tool } from '../environments/tools/tool.ts'
import { searchTools } from '../front/search-tools.ts'
import { scripted } from '../models/scripted.ts'
import { testGuard } from '../testing/test-guard.ts'
import { memory } from '../traces/memory.ts'
import { after, judge, monitor, type Updater } from './monitor.ts'
import { type PolicyOptions, policy } from './policy.ts'
import type { GuardedCall } from './rules.ts'
import { policies, rules, values } from './testing/arbitrary.ts'

/** A bank in memory: a state is what was paid on the path. */
type Paid = { readonly steps: readonly (GuardedCall & { readonly kind: 'called'; readonly result?: string })[] }
const pay = (to: string, amount = 1): GuardedCall => ({ tool: 'pay', input: { to, amount } })
const executed: string[] = []
const step = ({ steps }: Paid, { tool, input }: GuardedCall, { purpose }: Pick<StepContext, 'purpose'>) => {
  executed.push(`${purpose} ${JSON.stringify(input)}`)
  return { state: { steps: [...steps, { kind: 'called' as const, tool, input, result: 'done' }] }, reward: 0, terminal: false }
}
const bank: Environment<Paid, GuardedCall, null, number> = {
  name: 'bank',
  reproducible: 'recorded',
  initial: () => ({ steps: [] }),
  step,
  answer: ({ steps }) => steps.length,
  render: ({ steps }) => JSON.stringify(steps),
  effect: () => 'reversible',
  encode: (state) => state as never,
  decode: (json) => json as never,
}

const toAnn = { tools: { pay: [{ effect: 'allow', when: { to: { const: 'ann' } }, required: ['to'] }] } }

/** Runs works one after the other; what is proposed is what `proposals` says, in order. */
async function run(works: readonly Work[], proposals: readonly GuardedCall[], rules: unknown, more: object = {}) {
  executed.length = 0
  const told: { status: string; error?: { message: string } }[] = []
  const left = [...works]
  const offered = [...proposals]
  const store = memory()
  const searcher: Searcher = {
    name: 'listed',
    start: () => ({}),
    ask: () => left.splice(0, 1),
    tell: (_tree, _memory, outcome) => void told.push(outcome as never),
    best: (tree) => tree.root,
  }
  const result = await search({
    environment: bank,
    task: null,
    searcher,
    store,
    runId: 'payments',
    proposer: {
      name: 'listed',
      reproducible: 'recorded',
      propose: (requests: readonly ProposeRequest<Paid>[]) =>
        requests.map(({ count }) => ({ candidates: offered.splice(0, count).map((action) => ({ action })) })),
    },
    evaluator: {
      name: 'none',
      range: [0, 1],
      evaluate: (groups: readonly (readonly unknown[])[]) => groups.map((group) => group.map(() => ({ value: 0 }))),
    },
    guard: policy(rules, (more as { options?: PolicyOptions<Paid, GuardedCall> }).options),
    ...more,
  } as never)
  const log = [...(await store.read('payments'))].map(({ event }) => event)
  return { told, result, log, store }
}

/** A model that books a flight and says so. */
const booking = scripted({
  answer: ({ messages }) =>
    /book\(/.test(messages?.at(-1)?.content ?? '') ? '{"finish":"booked"}' : '{"tool":"book","input":{"flight":"noon"}}',
})

const expand = (count: number, node = 0): Work => ({ kind: 'expand', node, propose: { count }, step: true })

testGuard({ name: 'policy', create: () => policy(toAnn), allowed: pay('ann') as never, denied: pay('eve') as never })

describe('a guard that changes its mind stops', () => {
  it('the commit of what was searched', async () => {
    const purposes: string[] = []
    const guard = {
      name: 'search-only',
      check: ({ purpose }: { purpose: string }) => {
        purposes.push(purpose)
        return purpose === 'commit' ? { allow: false, reason: 'not for real' } : { allow: true }
      },
    }
    const { told } = await run([expand(1), { kind: 'commit', node: 1 }], [pay('ann')], toAnn, { guard })
    expect(purposes).toEqual(['search', 'commit'])
    expect(told.at(-1)).toMatchObject({ status: 'denied' })
    expect(executed).toEqual(['search {"to":"ann","amount":1}'])
  })

  it('the replay of what was stepped', async () => {
    const purposes: string[] = []
    let state: Paid = { steps: [] }
    const live = {
      ...bank,
      open: () => ({
        reset: () => {
          state = { steps: [] }
          return state
        },
        step: (action: GuardedCall, context: StepContext) => {
          const made = step(state, action, context)
          state = made.state
          return made
        },
        close: () => {},
      }),
    }
    let closed = false
    const guard = {
      name: 'until-closed',
      check: ({ purpose }: { purpose: string }) => {
        purposes.push(purpose)
        return purpose === 'replay' && closed ? { allow: false, reason: 'closed' } : { allow: true }
      },
    }
    const deeper = { kind: 'expand', node: 1, propose: { count: 1 }, step: true } as const
    const proposals = [pay('ann'), pay('ann', 2), pay('ann', 3), pay('ann', 4)]
    const { told } = await run([expand(2), deeper], proposals, toAnn, { environment: live, guard })
    expect(told.at(-1)?.status).toBe('ok')
    expect(purposes).toEqual(['search', 'search', 'replay', 'search'])
    closed = true
    const again = await run([expand(2), deeper], proposals, toAnn, { environment: live, guard })
    expect(again.told.at(-1)).toMatchObject({ status: 'denied' })
  })
})

describe('a policy', () => {
  it('lets runs be resumed under the same rules alone', async () => {
    const { store } = await run([expand(1)], [pay('ann')], toAnn)
    await expect(run([expand(1)], [pay('ann')], { tools: { pay: [{ effect: 'allow' }] } }, { store })).rejects.toMatchObject({
      code: 'E_RUN_FINGERPRINT',
    })
  })
})

it('a denied candidate does not take its siblings with it', async () => {
  const { told, result } = await run([expand(3)], [pay('eve'), pay('ann'), pay('eve', 2)], toAnn)
  expect(told[0]).toMatchObject({ status: 'ok', nodes: [1] })
  expect(result.tree.state(1)).toMatchObject({ steps: [pay('ann')] })
  expect(executed).toEqual(['search {"to":"ann","amount":1}'])
})

describe('the log', () => {
  it('says of each action what was decided, and by which rule', async () => {
    const { log } = await run([expand(1), expand(1)], [pay('ann'), pay('eve')], toAnn)
    const verdicts = log.flatMap((event: LogEvent) => (event.type === 'trial-end' ? (event.verdicts ?? []) : []))
    expect(verdicts).toEqual([
      { action: pay('ann'), effect: 'reversible', purpose: 'search', allow: true, rule: toAnn.tools.pay[0] },
      { action: pay('eve'), effect: 'reversible', purpose: 'search', allow: false, reason: expect.stringContaining('no rule') },
    ])
  })
})

describe('a denial', () => {
  it('ends the run where the policy says so', async () => {
    const rules = { ...toAnn, fallback: 'terminate' }
    await expect(run([expand(1)], [pay('eve')], rules)).rejects.toMatchObject({ code: 'E_GUARD_TERMINATED' })
    expect(executed).toEqual([])
  })

  it.each([
    [true, 'ok'],
    [false, 'denied'],
    [undefined, 'denied'],
  ])('is left to a person, who says %s', async (answer, status) => {
    const asked: string[] = []
    const ask = (_: unknown, reason: string) => {
      asked.push(reason)
      return answer!
    }
    const { told } = await run([expand(1)], [pay('eve')], { ...toAnn, fallback: 'ask' }, { options: answer === undefined ? {} : { ask } })
    expect(told[0]).toMatchObject({ status })
    expect(asked.length).toBe(answer === undefined ? 0 : 1)
  })
})

it('asks about irreversible calls where they are made, not where they are planned', async () => {
  const asked: string[] = []
  const did: string[] = []
  const book = tool({ inputSchema: z.object({ flight: z.string() }), execute: ({ flight }) => void did.push(flight) })
  const plan = await searchTools({
    model: booking,
    goal: 'Book a flight.',
    tools: { book },
    guard: policy({ tools: { book: [] }, fallback: 'ask' }, { ask: ({ purpose }) => asked.push(purpose) > 0 }),
    verify: () => true,
  })
  expect(asked).toEqual([])
  expect((await plan.commit()).done).toBe(true)
  expect([asked, did]).toEqual([['commit', 'commit'], ['noon']])
})

describe('rules that change', () => {
  const once = { effect: 'allow', update: { tools: { pay: [] } } } as const

  it('change on the path alone', async () => {
    const rules = { tools: { pay: [once] } }
    const { told } = await run([expand(2), expand(1, 1)], [pay('ann'), pay('bob'), pay('ann')], rules)
    expect(told.map(({ status }) => status)).toEqual(['ok', 'denied'])
  })

  it('may only narrow, unless their author says otherwise', async () => {
    const wide = { tools: { look: [{ effect: 'allow' }] } }
    const rules = (widens: boolean) => ({ tools: { look: [], pay: [{ effect: 'allow', update: { ...wide, ...(widens && { widens }) } }] } })
    expect(() => policy(rules(false))).toThrow(expect.objectContaining({ code: 'E_GUARD_WIDER' }))
    const { told } = await run([expand(1), expand(1, 1)], [pay('ann'), { tool: 'look', input: {} }], rules(true))
    expect(told.map(({ status }) => status)).toEqual(['ok', 'ok'])
  })

  it('are taken from an updater within what it fixed before it saw the result', async () => {
    const updater = (to: string): Updater => ({
      name: to,
      most: ({ tool }) =>
        tool === 'look' ? { pay: [{ effect: 'allow', when: { to: { enum: ['ann', 'bob'] } }, required: ['to'] }] } : undefined,
      update: () => ({ pay: [{ effect: 'allow', when: { to: { const: to } }, required: ['to'] }] }),
    })
    const rules = { tools: { look: [{ effect: 'allow' }] } }
    for (const [to, status] of [
      ['ann', 'ok'],
      ['eve', 'denied'],
    ] as const) {
      const guard = policy<Paid, GuardedCall>(rules, { updater: updater(to) })
      const { told, result } = await run([expand(1), expand(1, 1)], [{ tool: 'look', input: {} }, pay(to)], rules, { guard })
      expect(told.map(({ status }) => status)).toEqual(['ok', status])
      expect((await guard.at(result.tree.state(1) as Paid)).refused.length).toBe(to === 'eve' ? 1 : 0)
    }
  })

  it('never permit more after an update than before, as long as none says that it widens', async () => {
    const updates = fc.dictionary(fc.constantFrom('pay', 'look'), fc.array(rules, { maxLength: 2 }), { maxKeys: 2 })
    await fc.assert(
      fc.asyncProperty(policies, updates, values, values, async ({ tools: { pay: given = [] } }, tools, first, second) => {
        const before = monitor({ tools: { pay: given.map((rule) => (rule.effect === 'allow' ? { ...rule, update: { tools } } : rule)) } })
        const now = await after(before, { tool: 'pay', input: first }, undefined)
        if (judge(now, { tool: 'pay', input: second }).allow) expect(judge(before, { tool: 'pay', input: second }).allow).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('are refused of states that do not tell the calls before', async () => {
    const guard = policy({ tools: { pay: [once] } })
    expect(() => guard.check({ state: 7, action: pay('ann'), effect: 'none', purpose: 'search' })).toThrow(
      expect.objectContaining({ code: 'E_GUARD_HISTORY' }),
    )
  })
})

it('is asked in the commit about each call as it stood when it was planned', async () => {
  const did: string[] = []
  const book = tool({ inputSchema: z.object({ flight: z.string() }), execute: ({ flight }) => void did.push(flight) })
  const plan = await searchTools({
    model: booking,
    goal: 'Book a flight.',
    tools: { book },
    // One booking a path: the update must not count the booking against itself.
    guard: policy({ tools: { book: [{ effect: 'allow', update: { tools: { book: [] } } }] } }),
    verify: () => true,
  })
  expect(await plan.commit()).toMatchObject({ done: true, calls: [{ status: 'done' }] })
  expect(did).toEqual(['noon'])
})
