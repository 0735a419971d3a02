// Plan and commit: what the search does to the world (nothing that stays), and that a commit makes each call at most once, whatever happens.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { LogEntry } from '../core/log.ts'
import { type Tools, tool } from '../environments/tools/tool.ts'
import type { ScoreRequest } from '../models/model.ts'
import { type ScriptedOptions, scripted } from '../models/scripted.ts'
import { memory } from '../traces/memory.ts'
import { type SearchToolsOptions, searchTools } from './search-tools.ts'

const fares: Readonly<Record<string, number>> = { morning: 120, noon: 80, night: 95 }

/** An airline in memory. */
function airline() {
  const did: string[] = []
  const kit = {
    fare: tool({
      description: 'the price of a flight',
      inputSchema: z.object({ flight: z.enum(['morning', 'noon', 'night']) }),
      effect: 'none',
      execute: ({ flight }) => fares[flight],
    }),
    book: tool({ inputSchema: z.object({ flight: z.string() }), execute: ({ flight }) => `ticket ${did.push(`book ${flight}`)}` }),
    mail: tool({ inputSchema: z.object({ to: z.string() }), execute: ({ to }) => void did.push(`mail ${to}`) }),
  } satisfies Tools
  return { did, kit }
}

/** A model that looks at some fares, books something, and says so. */
const agent = (options: ScriptedOptions = {}) =>
  scripted({
    answer: (request, { random }) => {
      const text = request.messages?.at(-1)?.content ?? ''
      const flight = Object.keys(fares)[random.below(3)]
      if (/mail\(/.test(text)) return '{"finish":"booked"}'
      if (/book\(/.test(text)) return '{"tool":"mail","input":{"to":"ann"}}'
      if (/fare\(/.test(text)) return `{"tool":"book","input":{"flight":"${flight}"}}`
      return `{"tool":"fare","input":{"flight":"${flight}"}}`
    },
    ...options,
  })

const cheapest: NonNullable<SearchToolsOptions['verify']> = ({ calls, answer }) =>
  answer === 'booked' && JSON.stringify(calls[0]?.input) === '{"flight":"noon"}'

const ask = (more: Partial<SearchToolsOptions> = {}) => {
  const { did, kit } = airline()
  const options = { model: agent(), tools: kit, goal: 'Book the cheapest flight and mail Ann.', verify: cheapest, ...more }
  return { did, options, found: searchTools(options) }
}

it('finds a plan without touching the world, and carries it out once', async () => {
  const { did, found } = ask()
  const plan = await found
  expect(plan).toMatchObject({ answer: 'booked', solved: true, stopped: 'solved' })
  expect(plan.calls).toEqual([
    { tool: 'book', input: { flight: 'noon' }, effect: 'irreversible' },
    { tool: 'mail', input: { to: 'ann' }, effect: 'irreversible' },
  ])
  expect(plan.text).toMatch(/fare\(.*planned, to be carried out at the end.*End: booked/s)
  expect(plan.settings).toMatchObject({ searcher: { name: 'best-first' }, evaluator: { name: 'plan' } })
  expect(did).toEqual([])

  const first = await plan.commit()
  expect(first).toMatchObject({
    done: true,
    calls: [
      { status: 'done', result: 'ticket 1' },
      { status: 'done', result: null },
    ],
  })
  expect(did).toEqual(['book noon', 'mail ann'])
  expect(await plan.commit()).toEqual(first)
  expect(did).toEqual(['book noon', 'mail ann'])
})

it('takes a plan from its store, and commits it there', async () => {
  const store = memory()
  const { did, options, found } = ask({ store, runId: 'trip' })
  await (await found).commit()
  const again = await searchTools(options)
  expect((await again.commit()).runId).toBe('trip.commit')
  expect(did).toEqual(['book noon', 'mail ann'])
})

describe('a commit', () => {
  it('makes no call where one of them is not approved; the plan can be approved later', async () => {
    const { did, found } = ask()
    const plan = await found
    const refused = await plan.commit({ approve: ({ tool }) => tool !== 'mail' })
    expect(refused).toMatchObject({ done: false, calls: [{ status: 'skipped' }, { status: 'denied', error: 'it was not approved' }] })
    expect(did).toEqual([])
    expect((await plan.commit({ approve: () => true })).done).toBe(true)
  })

  it('is guarded, with the true effect of each call', async () => {
    const asked: string[] = []
    const { did, found } = ask({
      guard: {
        name: 'policy',
        check: ({ action, effect, purpose }) => {
          asked.push(`${purpose} ${action.tool} ${effect}`)
          return purpose === 'commit' && action.tool === 'mail' ? { allow: false, reason: 'no mail today' } : { allow: true }
        },
      },
    })
    const plan = await found
    expect(new Set(asked)).toEqual(new Set(['search fare none', 'search book irreversible', 'search mail irreversible']))
    expect(await plan.commit()).toMatchObject({ done: false, calls: [{ status: 'skipped' }, { status: 'denied', error: 'no mail today' }] })
    expect(did).toEqual([])
  })

  it('is guarded by what the tool is given, not only by what the model wrote', async () => {
    const inputs: unknown[] = []
    const { did, kit } = airline()
    const mail = tool({
      inputSchema: z.object({ to: z.string().trim(), copy: z.string().default('eve') }),
      execute: () => void did.push('mail'),
    })
    const { found } = ask({
      tools: { ...kit, mail },
      verify: () => true,
      guard: {
        name: 'no-copies',
        check: ({ action: { tool, input } }) => {
          if (tool === 'mail') inputs.push(input)
          return tool === 'mail' && (input as { copy?: string }).copy === 'eve' ? { allow: false, reason: 'no copies' } : { allow: true }
        },
      },
    })
    await expect(found).rejects.toMatchObject({ code: 'E_ANSWER_NONE' })
    expect(inputs.slice(0, 2)).toEqual([{ to: 'ann' }, { to: 'ann', copy: 'eve' }])
  })

  it('keeps out of plans what the guard forbids', async () => {
    const { found } = ask({
      budget: { calls: 60 },
      verify: () => 0.5,
      guard: { name: 'no-mail', check: ({ action }) => (action.tool === 'mail' ? { allow: false, reason: 'no mail' } : { allow: true }) },
    })
    await expect(found).rejects.toMatchObject({ code: 'E_ANSWER_NONE' })
  })

  it('ends with the first call that fails, and does not make it again', async () => {
    const { did, kit } = airline()
    let tries = 0
    const book = tool({ inputSchema: z.object({ flight: z.string() }), execute: () => Promise.reject(new Error(`sold out ${++tries}`)) })
    const { found } = ask({ tools: { ...kit, book } })
    const plan = await found
    for (const _ of [1, 2])
      expect(await plan.commit()).toMatchObject({
        done: false,
        calls: [{ status: 'failed', error: expect.stringMatching(/sold out 1.*not called again/s) }, { status: 'skipped' }],
      })
    expect([tries, did]).toEqual([1, []])
  })

  it('never makes a call again whose result was lost', async () => {
    const { kit } = airline()
    const stopping = new AbortController()
    let begun = 0
    const book = tool({
      inputSchema: z.object({ flight: z.string() }),
      execute: (_, { abortSignal }) => {
        begun++
        stopping.abort()
        return Promise.reject(abortSignal.reason)
      },
    })
    const plan = await ask({ tools: { ...kit, book } }).found
    expect(await plan.commit({ signal: stopping.signal })).toMatchObject({
      done: false,
      calls: [{ status: 'unknown' }, { status: 'skipped' }],
    })
    expect(await plan.commit()).toMatchObject({ done: false, calls: [{ status: 'unknown' }, { status: 'skipped' }] })
    expect(begun).toBe(1)
  })

  it('goes on after a crash at any moment, and makes no call that was begun again', async () => {
    const store = memory()
    const { found } = ask({ store, runId: 'trip' })
    await (await found).commit()
    const log = (runId: string) => [...(store.read(runId) as Iterable<LogEntry>)].map(({ event }) => event)
    const commits = log('trip.commit')
    for (let length = 0; length <= commits.length; length++) {
      const after = memory()
      for (const [runId, events] of [
        ['trip', log('trip')],
        ['trip.commit', commits.slice(0, length)],
      ] as const) {
        const token = await after.acquire(runId)
        await after.append(runId, token, 0, events)
        await after.release(runId, token)
      }
      const begun = commits.slice(0, length).filter((event) => event.type === 'call-start' && event.kind === 'commit').length
      const { did, found: again } = ask({ store: after, runId: 'trip' })
      const { calls } = await (await again).commit()
      const all = ['book noon', 'mail ann']
      const lost = calls.findIndex(({ status }) => status === 'unknown')
      // What was begun is not made again; what comes after a lost result is not made at all.
      expect(did).toEqual(lost >= 0 ? [] : all.slice(begun))
      expect(calls.map(({ status }) => status)).toEqual(
        all.map((_, index) => (lost < 0 || index < lost ? 'done' : index === lost ? 'unknown' : 'skipped')),
      )
      expect(lost).toBeLessThan(begun)
    }
  })

  it('is not made twice at the same time', async () => {
    const plan = await ask().found
    const [first, second] = await Promise.allSettled([plan.commit(), plan.commit()])
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected'])
    expect(second).toMatchObject({ reason: { code: 'E_RUN_BUSY' } })
  })

  it('of a plan without calls is done at once', async () => {
    const plan = await ask({ model: scripted({ answers: ['{"finish":"nothing to do"}'] }), verify: () => true }).found
    expect(await plan.commit()).toMatchObject({ done: true, calls: [] })
  })
})

describe('judging', () => {
  it('asks the model itself about finished plans alone', async () => {
    const seen: ScoreRequest[] = []
    const model = agent({
      score: (word, request) => {
        seen.push(request)
        return /yes/i.test(word) === /book\(\{"flight":"noon/.test(request.messages?.[0]?.content ?? '') ? -0.1 : -4
      },
    })
    const { kit } = airline()
    const plan = await searchTools({ model, tools: kit, goal: 'Book the cheapest flight.', preset: 'thorough', budget: { calls: 80 } })
    expect(plan.calls[0]?.input).toEqual({ flight: 'noon' })
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.every(({ messages }) => /End: booked/.test(messages?.[0]?.content ?? ''))).toBe(true)
  })
})

describe('failures', () => {
  it.each<[string, Partial<SearchToolsOptions>, string]>([
    ['a model that says nothing', { model: scripted({ answers: [''] }) }, 'E_ANSWER_NONE'],
    [
      'a model that never ends',
      { model: scripted({ answers: ['{"tool":"fare","input":{"flight":"noon"}}'] }), maxSteps: 3 },
      'E_ANSWER_NONE',
    ],
    ['a refused key', { model: agent({ fail: () => ({ status: 401 }) }) }, 'E_MODEL_AUTH'],
    ['a server that fails', { model: agent({ fail: () => ({ status: 500 }) }) }, 'E_SEARCH_FAILING'],
    ['a budget that ends first', { budget: { calls: 1 } }, 'E_ANSWER_NONE'],
    ['no goal', { goal: ' ' }, 'E_FRONT_OPTION'],
    ['no tools', { tools: {} }, 'E_TOOL_CONTRACT'],
    ['a stop', { model: agent({ fail: () => 'hang' }), signal: AbortSignal.timeout(20) }, 'E_SEARCH_ABORTED'],
  ])('%s', async (_, more, code) => {
    await expect(ask(more).found).rejects.toMatchObject({ code })
  })
})
