// The contract of guards as tests. Needs vitest.
import { describe, expect, it } from 'vitest'
import type { Json } from '../core/common.ts'
import type { Environment, StepContext } from '../core/environment.ts'
import type { Guard } from '../core/guard.ts'
import { search } from '../core/search.ts'
import type { Searcher } from '../core/searcher.ts'
import type { Status, Work } from '../core/trial.ts'
import { memory } from '../traces/memory.ts'

/** What the suite's environment has for a state: the actions made, as the steps of `tools()`. */
export interface Made {
  readonly steps: readonly Json[]
}

export interface TestGuardOptions {
  readonly name: string
  readonly create: () => Guard<Made, Json>
  /** An action that it allows in every state, and one that it denies in every state. */
  readonly allowed: Json
  readonly denied: Json
}

/**
 * Tests a guard: it gives reasons, says the same whenever it is asked, and stops what it denies in every way in which a search executes actions,
 * while the log tells what it said.
 *
 * @example
 * testGuard({ name: 'no mail', create: () => noMail, allowed: { tool: 'look', input: {} }, denied: { tool: 'mail', input: {} } })
 */
export function testGuard({ name, create, allowed, denied }: TestGuardOptions): void {
  describe(`the guard ${name}`, () => {
    it.each(['search', 'replay', 'commit'] as const)('gives verdicts, and the same again, for %s', async (purpose) => {
      const guard = create()
      const ask = (action: Json) => guard.check({ state: { steps: [] }, action, effect: 'reversible', purpose })
      expect(guard.name).not.toBe('')
      expect(await ask(allowed)).toMatchObject({ allow: true })
      expect(await ask(denied)).toMatchObject({ allow: false, reason: expect.stringMatching(/\S/) })
      expect(await ask(denied)).toEqual(await ask(denied))
    })

    it.each(Object.keys(ways))('lets pass what it allows, and stops what it denies, in %s', async (way) => {
      const { works, before } = ways[way]!
      const passed = await carriedOut(create(), works, [...before.map(() => allowed), allowed])
      expect(passed.statuses.at(-1)).toBe('ok')
      expect(passed.executed.length).toBeGreaterThan(before.length)
      const stopped = await carriedOut(create(), works, [...before.map(() => allowed), denied])
      expect(stopped.statuses.at(-1)).toBe('denied')
      expect(stopped.executed).not.toContainEqual(denied)
      expect(stopped.verdicts.at(-1)).toMatchObject({ action: denied, allow: false })
    })

    it.each([false, true])('is asked again in a commit, and in replays of a live environment (%s)', async (live) => {
      const guard = create()
      const purposes: string[] = []
      const watched: Guard<Made, Json> = {
        name: guard.name,
        check(request) {
          purposes.push(request.purpose)
          return guard.check(request)
        },
      }
      // Back to the root, and from there down again.
      const works: Work[] = live ? [expand(0), expand(1), expand(0), expand(2)] : [expand(0), { kind: 'commit', node: 1 }]
      const { statuses } = await carriedOut(watched, works, [allowed, allowed, allowed, allowed], live)
      expect(new Set(statuses)).toEqual(new Set(['ok']))
      expect(purposes).toContain(live ? 'replay' : 'commit')
    })
  })
}

const expand = (node: number, count = 1): Work => ({ kind: 'expand', node, propose: { count }, step: true })
const rollout = (keep: boolean): Work => ({ kind: 'rollout', node: 0, steps: 1, keep, propose: { count: 1 } })

/** Works whose last action is the one that is looked at; before it as many as `before` says. */
const ways: Readonly<Record<string, { readonly works: readonly Work[]; readonly before: readonly unknown[] }>> = {
  expansions: { works: [expand(0)], before: [] },
  visits: {
    works: [
      { kind: 'expand', node: 0, propose: { count: 1 }, step: false },
      { kind: 'visit', node: 0, candidate: 0 },
    ],
    before: [],
  },
  rollouts: { works: [rollout(true)], before: [] },
  'rollouts that are not kept': { works: [rollout(false)], before: [] },
  revisions: { works: [expand(0), { kind: 'revise', node: 1, feedback: 'otherwise', propose: { count: 1 } }], before: [1] },
  combinations: { works: [expand(0, 2), { kind: 'combine', nodes: [1, 2], propose: { count: 1 } }], before: [1, 2] },
}

/** Does the works one after the other; proposes the actions in their order. */
async function carriedOut(guard: Guard<Made, Json>, works: readonly Work[], actions: readonly Json[], live = false) {
  const executed: Json[] = []
  const statuses: Status[] = []
  const step = ({ steps }: Made, action: Json) => {
    executed.push(action)
    return { state: { steps: [...steps, action] }, reward: 0, terminal: false }
  }
  const environment: Environment<Made, Json> = {
    name: 'made',
    reproducible: 'recorded',
    initial: () => ({ steps: [] }),
    step,
    answer: () => undefined,
    render: (state) => JSON.stringify(state),
    effect: () => 'reversible',
    encode: (state) => state as unknown as Json,
    decode: (json) => json as unknown as Made,
  }
  const opened = () => {
    let state: Made = { steps: [] }
    return {
      reset: () => (state = { steps: [] }),
      step: (action: Json, _context: StepContext) => {
        const made = step(state, action)
        state = made.state
        return made
      },
      close: () => {},
    }
  }
  const left = [...works]
  const offered = [...actions]
  const searcher: Searcher = {
    name: 'listed',
    start: () => ({}),
    ask: () => left.splice(0, 1),
    tell: (_tree, _memory, { status }) => void statuses.push(status),
    best: (tree) => tree.root,
  }
  const store = memory()
  await search<Made, Json, null, unknown>({
    environment: live ? { ...environment, open: opened } : environment,
    task: null,
    searcher,
    guard,
    store,
    runId: 'guarded',
    proposer: {
      name: 'listed',
      reproducible: 'recorded',
      propose: (requests) => requests.map(({ count }) => ({ candidates: offered.splice(0, count).map((action) => ({ action })) })),
    },
  })
  const log = [...(await store.read('guarded'))].map(({ event }) => event)
  return { executed, statuses, verdicts: log.flatMap((event) => (event.type === 'trial-end' ? (event.verdicts ?? []) : [])) }
}
