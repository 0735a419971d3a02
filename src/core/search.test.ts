import { describe, expect, it } from 'vitest'
import { letters, lettersProposer, lettersValue, wait } from '../testing/letters.ts'
import { memory } from '../traces/memory.ts'
import type { RunHandle } from './call.ts'
import type { Json } from './common.ts'
import type { Environment, Live } from './environment.ts'
import type { LogEvent } from './events.ts'
import type { SearchOptions } from './options.ts'
import { search } from './search.ts'
import type { Searcher } from './searcher.ts'
import { beam } from './searchers/beam.ts'
import { bestOfN } from './searchers/best-of-n.ts'
import { mcts } from './searchers/mcts.ts'
import type { Outcome, Work } from './trial.ts'

/** Asks for a fixed list of works, one after the other, and keeps what it is told. */
function scriptedSearcher(works: readonly ((told: readonly Outcome[]) => Work)[], told: Outcome[]): Searcher {
  return {
    name: 'scripted',
    start: () => ({ next: 0 }),
    ask(_tree, memory) {
      const work = told.length >= memory.next ? works[memory.next] : undefined
      if (work === undefined) return []
      memory.next++
      return [work(told)]
    },
    tell: (_tree, _memory, outcome) => {
      told.push({ ...outcome, nodes: [...outcome.nodes] })
    },
    best: () => undefined,
  }
}

const base = { environment: letters(), task: { length: 3 }, proposer: lettersProposer(), evaluator: lettersValue() }

describe('budgets', () => {
  it('never grants more than there is, and says which unit ran out', async () => {
    const result = await search({
      ...base,
      searcher: bestOfN({ n: null, continueWhenSolved: true }),
      budget: { tokens: 17 },
      concurrency: 4,
    })
    expect(result.usage.tokens).toBe(17)
    expect(result.stopped).toBe('budget')
    expect(result.unit).toBe('tokens')
    expect(result.overrun).toEqual({})
  })

  it('reports what a part spends beyond its grant as overrun', async () => {
    const greedyPart = {
      name: 'spender',
      atMost: () => ({ tokens: 1, calls: 1 }),
      propose: (requests: readonly unknown[], context: { spend(amounts: { tokens: number }): void }) => {
        context.spend({ tokens: 10 })
        return requests.map(() => ({ candidates: [{ action: 'a' }] }))
      },
    }
    const result = await search({
      ...base,
      proposer: greedyPart,
      searcher: bestOfN({ n: null, continueWhenSolved: true }),
      budget: { tokens: 15 },
    })
    expect(result.usage.tokens).toBe(20)
    expect(result.overrun).toEqual({ tokens: 5 })
  })

  it.each([
    [{ tokens: 0 }, 'E_BUDGET_AMOUNT'],
    [{ tokens: -1 }, 'E_BUDGET_AMOUNT'],
    [{ tokens: Number.NaN }, 'E_BUDGET_AMOUNT'],
    [{ tokns: 5 }, 'E_BUDGET_UNIT'],
  ])('refuses the budget %j', async (budget, code) => {
    await expect(search({ ...base, searcher: beam(), budget: budget as Record<string, number> })).rejects.toMatchObject({ code })
  })

  it('stops when its time is over, keeps the best so far, and records the decision', async () => {
    const store = memory()
    const options = {
      ...base,
      proposer: lettersProposer({ delay: () => 20 }),
      searcher: bestOfN({ n: null, continueWhenSolved: true }),
      budget: { seconds: 0.3 },
      store,
      runId: 'timed',
    }
    const result = await search(options)
    expect([result.stopped, result.unit]).toEqual(['budget', 'seconds'])
    expect(result.answer).toMatch(/^[a-d]{3}$/)
    const again = await search(options)
    expect(again.digest).toBe(result.digest)
    expect(again.calls.made).toBe(0)
  })
})

describe('order and stopping', () => {
  it('tells outcomes in the order asked although they arrive in another', async () => {
    const told: Outcome[] = []
    let call = 0
    const proposer = lettersProposer({ delay: () => [40, 20, 1][call++ % 3]! })
    const works = Array.from({ length: 3 }, () => (): Work => ({ kind: 'expand', node: 0, propose: { count: 1 }, step: false }))
    const searcher = {
      ...scriptedSearcher([], told),
      start: () => ({ asked: false }),
      ask: (_tree: unknown, mine: { asked: boolean }) => {
        if (mine.asked) return []
        mine.asked = true
        return works.map((work) => work())
      },
    }
    await search({ ...base, proposer, searcher, concurrency: 3 })
    expect(told.map((outcome) => outcome.trial.id)).toEqual([0, 1, 2])
  })

  it('keeps everything when it is stopped, and goes on from there', async () => {
    const store = memory()
    const controller = new AbortController()
    const options = { ...base, searcher: beam({ width: 2, branching: 2 }), seed: 3, concurrency: 2, store, runId: 'stopped' }
    let told = 0
    const first = await search({
      ...options,
      proposer: lettersProposer({ delay: () => 2 }),
      signal: controller.signal,
      watch: () => ++told === 2 && controller.abort(),
    })
    expect(first.stopped).toBe('aborted')
    const whole = await search({ ...options, store: memory() })
    const resumed = await search(options)
    expect(resumed.digest).toBe(whole.digest)
    expect(resumed.stopped).toBe(whole.stopped)
  })

  it('does not wait for work that ignores the stop', async () => {
    const deaf = { name: 'deaf', propose: () => new Promise<never>(() => {}) }
    const result = await search({ ...base, proposer: deaf, searcher: beam(), budget: { seconds: 0.1 } })
    expect(result.unit).toBe('seconds')
  }, 15_000)

  it('stops with an error when trials keep failing, and the run can be resumed', async () => {
    const store = memory()
    const broken = lettersProposer({
      onCall: () => {
        throw new Error('the provider is down')
      },
    })
    const options = { ...base, searcher: mcts(), store, runId: 'failing', maxFailures: 2, budget: { calls: 50 } }
    await expect(search({ ...options, proposer: broken })).rejects.toMatchObject({ code: 'E_SEARCH_FAILING' })
    // The failures in the log do not count again.
    const resumed = await search(options)
    expect(resumed.answer).toBeDefined()
  })
})

describe('runs', () => {
  it('refuses to resume under other options, naming the field', async () => {
    const store = memory()
    const options = { ...base, searcher: beam(), store, runId: 'printed' }
    await search(options)
    await expect(search({ ...options, seed: 5 })).rejects.toMatchObject({
      code: 'E_RUN_FINGERPRINT',
      message: expect.stringContaining('another seed'),
    })
    await expect(search({ ...options, searcher: beam({ width: 9 }) })).rejects.toThrow(/another searcher/)
  })

  it('replays without a call, and returns the recorded result of a finished run', async () => {
    const store = memory()
    const options = { ...base, searcher: mcts(), budget: { calls: 20 }, store, runId: 'replayed' }
    const first = await search(options)
    const mute = lettersProposer({
      onCall: () => {
        throw new Error('no call may be made')
      },
    })
    for (const more of [{}, { replayOnly: true }]) {
      const again = await search({ ...options, ...more, proposer: mute })
      expect([again.digest, again.answer, again.calls.made]).toEqual([first.digest, first.answer, 0])
    }
  })

  it('forks reuse recorded calls by what was asked', async () => {
    const store = memory()
    const options = { ...base, searcher: bestOfN({ n: 4, continueWhenSolved: true }), store, seed: 2 }
    const first = await search({ ...options, runId: 'first' })
    const fork = await search({ ...options, searcher: bestOfN({ n: 6, continueWhenSolved: true }), runId: 'second', forkOf: 'first' })
    expect(fork.calls.reused).toBe(first.usage.calls)
    expect(fork.calls.made).toBeGreaterThan(0)
  })

  it('notices a searcher that asks otherwise than the log says', async () => {
    const store = memory()
    const options = { ...base, budget: { calls: 6 }, store, runId: 'changed' }
    await search({ ...options, searcher: beam({ width: 2 }) })
    const impostor = { ...bestOfN(), settings: beam({ width: 2 }).settings as Json, name: 'beam' }
    await expect(search({ ...options, searcher: impostor })).rejects.toMatchObject({ code: 'E_RUN_DIVERGED' })
  })

  it('runs a search inside a trial as a child, under the trial’s grant', async () => {
    const store = memory()
    let parent: RunHandle | undefined
    const nested = {
      name: 'nested',
      atMost: () => ({ tokens: 6, calls: 6 }),
      propose: async (requests: readonly unknown[], context: { run: RunHandle }) => {
        parent = context.run
        const child = await search({
          ...base,
          searcher: bestOfN({ n: null, continueWhenSolved: true }),
          parent: context.run,
          store,
          runId: `child-${Math.random().toString(36).slice(2)}`,
        })
        return requests.map(() => ({ candidates: [{ action: (child.answer ?? 'b')[0]! }] }))
      },
    }
    const result = await search({ ...base, proposer: nested, searcher: bestOfN({ n: 1 }), budget: { tokens: 60 }, store, runId: 'parent' })
    expect(parent?.runId).toBe('parent')
    expect(result.usage.tokens).toBe(18)
    expect((await store.children('parent')).length).toBe(3)
  })
})

describe('trials', () => {
  const run = async (works: ((told: readonly Outcome[]) => Work)[], more: Partial<SearchOptions<never, never, never, never>> = {}) => {
    const told: Outcome[] = []
    const result = await search({ ...base, searcher: scriptedSearcher(works, told), ...(more as object) })
    return { told, result }
  }

  it('visits, evaluates, rolls out and combines', async () => {
    const { told, result } = await run([
      () => ({ kind: 'visit', node: 0, candidate: -1, propose: { count: 3 }, evaluate: ['default'] }),
      () => ({ kind: 'visit', node: 0, candidate: 0, propose: { count: 2 }, evaluate: ['default'] }),
      () => ({ kind: 'rollout', node: 1, steps: 5, keep: true, propose: { count: 1 }, evaluate: ['default'] }),
      () => ({ kind: 'rollout', node: 0, steps: 2, keep: false, evaluate: ['default'] }),
      () => ({ kind: 'combine', nodes: [1, 0], propose: { count: 1 } }),
      () => ({ kind: 'evaluate', nodes: [0, 1], by: 'default' }),
    ])
    expect(told.map((outcome) => [outcome.trial.kind, outcome.status, outcome.nodes.length, outcome.evaluations.length])).toEqual([
      ['visit', 'ok', 0, 1],
      ['visit', 'ok', 1, 1],
      ['rollout', 'ok', 2, 1],
      ['rollout', 'ok', 0, 1],
      ['combine', 'ok', 1, 0],
      ['evaluate', 'ok', 0, 2],
    ])
    expect(result.tree.terminal(told[2]!.node)).toBe(true)
  })

  it('revises a node in place: revision up, statistics and subtree gone, trials under way stale', async () => {
    const { told, result } = await run([
      () => ({ kind: 'expand', node: 0, propose: { count: 1 }, step: true, evaluate: ['default'] }),
      () => ({ kind: 'expand', node: 1, propose: { count: 1 }, step: true }),
      () => ({ kind: 'revise', node: 1, feedback: 'try another letter', evaluate: ['default'] }),
      () => ({ kind: 'evaluate', nodes: [2], by: 'default' }),
    ])
    expect(result.tree.revision(1)).toBe(1)
    expect(result.tree.blockSize[1]).toBe(0)
    expect(told[2]!.status).toBe('ok')
    expect(told[3]!.status).toBe('stale')
  })

  it('denies what the guard denies, and tells why', async () => {
    const guard = {
      name: 'no-a',
      check: ({ action }: { action: unknown }) =>
        action === 'a' ? ({ allow: false, reason: 'no a' } as const) : ({ allow: true } as const),
    }
    const proposer = { name: 'only-a', propose: (requests: readonly unknown[]) => requests.map(() => ({ candidates: [{ action: 'a' }] })) }
    const { told } = await run(
      [() => ({ kind: 'visit', node: 0, candidate: -1, propose: { count: 1 } }), () => ({ kind: 'visit', node: 0, candidate: 0 })],
      { guard, proposer } as never,
    )
    expect(told[1]).toMatchObject({ status: 'denied', nodes: [], error: { message: expect.stringContaining('no a') } })
  })

  it('refuses work that cannot be done', async () => {
    await expect(run([() => ({ kind: 'evaluate', nodes: [7], by: 'default' })])).rejects.toMatchObject({ code: 'E_SEARCHER_TRIAL' })
    await expect(run([() => ({ kind: 'visit', node: 0, candidate: 3 })])).rejects.toMatchObject({ code: 'E_SEARCHER_TRIAL' })
    await expect(run([() => ({ kind: 'evaluate', nodes: [0], by: 'nobody' })])).rejects.toMatchObject({ code: 'E_SEARCH_EVALUATOR' })
  })
})

describe('pure searches', () => {
  it('name a part that the searcher asks for and was not given', async () => {
    const { proposer: _, evaluator: __, ...pure } = base
    await expect(search({ ...pure, searcher: mcts() })).rejects.toMatchObject({ code: 'E_SEARCH_EVALUATOR', seen: 'default' })
  })
})

describe('live environments', () => {
  it('comes back to old states by replaying, counts the replayed steps, and compares', async () => {
    const world = counter()
    const told: Outcome[] = []
    const works = [
      () => ({ kind: 'expand', node: 0, propose: { count: 2 }, step: true }) as Work,
      () => ({ kind: 'expand', node: 1, propose: { count: 1 }, step: true }) as Work,
      () => ({ kind: 'expand', node: 2, propose: { count: 1 }, step: true }) as Work,
    ]
    const result = await search({
      environment: world.environment,
      task: 0,
      proposer: world.proposer,
      searcher: scriptedSearcher(works, told),
    })
    expect(told.map((outcome) => outcome.status)).toEqual(['ok', 'ok', 'ok'])
    expect([3, 4].map((node) => result.tree.state(node))).toEqual([2, 11])
    expect(result.usage.replayedSteps).toBe(2)
    world.drift = 100
    const drifted: Outcome[] = []
    const more = [...works, () => ({ kind: 'expand', node: 3, propose: { count: 1 }, step: true }) as Work]
    await search({
      environment: world.environment,
      task: 0,
      proposer: world.proposer,
      searcher: scriptedSearcher(more.slice(0, 3), drifted),
      watch: () => (world.drift += 1),
    })
    expect(drifted.some((outcome) => outcome.status === 'diverged')).toBe(true)
  })

  it('defers irreversible actions to the commit, does them once, and never again when their result is missing', async () => {
    const world = counter('irreversible')
    const told: Outcome[] = []
    const expand = (): Work => ({ kind: 'expand', node: 0, propose: { count: 1 }, step: true })
    await search({ environment: world.environment, task: 0, proposer: world.proposer, searcher: scriptedSearcher([expand], told) })
    expect(told[0]).toMatchObject({ status: 'denied' })
    expect(world.done).toEqual([])
  })

  it('an irreversible action whose result is missing becomes unknown on resume', async () => {
    const done: string[] = []
    const environment: Environment<{ text: string }, string, string, string> = {
      name: 'post-office',
      version: '1',
      reproducible: 'recorded',
      initial: (text) => ({ text }),
      step: (state, action, context) => {
        if (context.purpose === 'commit') done.push(action)
        return { state: { text: state.text + action }, reward: 0, terminal: true }
      },
      answer: (state) => state.text,
      render: (state) => state.text,
      effect: () => (planning ? 'none' : 'irreversible'),
      encode: (state) => state,
      decode: (json) => json as { text: string },
    }
    let planning = true
    const works = [
      (): Work => ({ kind: 'expand', node: 0, propose: { count: 1 }, step: true }),
      (): Work => {
        planning = false
        return { kind: 'commit', node: 1 }
      },
    ]
    const proposer = {
      name: 'sender',
      propose: (requests: readonly unknown[]) => requests.map(() => ({ candidates: [{ action: 'send' }] })),
    }
    const store = memory()
    const told: Outcome[] = []
    await search({ environment, task: '', proposer, searcher: scriptedSearcher(works, told), store, runId: 'sent' })
    expect(told[1]).toMatchObject({ status: 'ok', trial: { kind: 'commit' } })
    expect(done).toEqual(['send'])
    const events: LogEvent[] = [...(await store.read('sent'))].map((entry) => entry.event)
    const begun = events.findIndex((event) => event.type === 'call-start' && event.kind === 'commit')
    const crashed = memory()
    const token = await crashed.acquire('sent')
    await crashed.append('sent', token, 0, events.slice(0, begun + 1))
    await crashed.release('sent', token)
    planning = true
    const retold: Outcome[] = []
    await search({ environment, task: '', proposer, searcher: scriptedSearcher(works, retold), store: crashed, runId: 'sent' })
    expect(retold[1]).toMatchObject({ status: 'unknown' })
    expect(done).toEqual(['send'])
  })
})

/** A counter that is really kept somewhere: actions add to it. */
function counter(effect: 'reversible' | 'irreversible' = 'reversible') {
  const world = { drift: 0, done: [] as number[] }
  let value = 0
  const live: Live<number, number> = {
    reset: () => {
      value = 0
      return value
    },
    step: (action) => {
      value += action + world.drift
      world.done.push(action)
      return { state: value, reward: 0, terminal: false }
    },
    close: () => wait(0),
  }
  const environment: Environment<number, number, number, number> = {
    name: 'counter',
    initial: () => 0,
    step: () => {
      throw new Error('the live environment steps')
    },
    answer: (state) => state,
    render: String,
    effect: () => effect,
    encode: (state) => state,
    decode: Number,
    open: () => live,
  }
  const proposer = {
    name: 'adder',
    propose: (requests: readonly { count: number }[]) =>
      requests.map(({ count }) => ({ candidates: [1, 10].slice(0, count).map((action) => ({ action })) })),
  }
  return Object.assign(world, { environment, proposer })
}
