// The contract suite for searchers: what every algorithm must keep, whatever it does. For ours and for users' own.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../core/common.ts'
import { canonical } from '../core/digest.ts'
import type { LogEntry } from '../core/log.ts'
import type { SearchOptions } from '../core/options.ts'
import { search } from '../core/search.ts'
import type { Searcher } from '../core/searcher.ts'
import { memory } from '../traces/memory.ts'
import { type LettersState, type LettersTask, letters, lettersProposer, lettersValue } from './letters.ts'

export interface TestSearcherOptions {
  readonly name: string
  /** A new searcher with the settings that are to be tested. */
  readonly create: () => Searcher
  /** Concurrencies to test. Default 1, 3 and 8. */
  readonly concurrencies?: readonly number[]
}

type Options = SearchOptions<LettersState, string, LettersTask, string>

/**
 * Tests a searcher: it ends, keeps to its room, gives an answer at any time, repeats itself by seed whatever the timing,
 * goes on from every prefix of its log to the same tree, and outlives failures, denials and proposers that offer nothing.
 *
 * @example
 * testSearcher({ name: 'beam', create: () => beam({ width: 2 }) })
 */
export function testSearcher({ name, create, concurrencies = [1, 3, 8] }: TestSearcherOptions): void {
  const options = (more: Partial<Options> = {}): Options => ({
    environment: letters(),
    task: { length: 3 },
    proposer: lettersProposer(),
    evaluator: lettersValue(),
    searcher: create(),
    budget: { calls: 40 },
    seed: 7,
    ...more,
  })

  describe(`searcher ${name}`, () => {
    it('ends and finds a finished answer within its budget', async () => {
      const result = await search(options())
      expect(result.answer).toMatch(/^[a-d]{3}$/)
      expect(result.usage.calls).toBeLessThanOrEqual(40)
      expect(result.overrun).toEqual({})
    })

    it('never asks for more than there is room for', async () => {
      const searcher = create()
      const asked: [number, number][] = []
      const spied: Searcher = {
        ...searcher,
        ask(tree, mine, free, random) {
          const works = searcher.ask(tree, mine, free, random)
          asked.push([works.length, free])
          return works
        },
      }
      await search(options({ searcher: spied, concurrency: 5 }))
      expect(asked.length).toBeGreaterThan(0)
      for (const [works, free] of asked) expect(works).toBeLessThanOrEqual(free)
    })

    it.each(concurrencies)('grows the same tree whatever the timing, with %i trials in flight', async (concurrency) => {
      const digests = new Set<string>()
      for (let attempt = 0; attempt < 4; attempt++) {
        const proposer = lettersProposer(attempt === 0 ? {} : { delay: () => Math.random() * 4 })
        digests.add((await search(options({ proposer, concurrency }))).digest)
      }
      expect(digests.size).toBe(1)
    })

    it('grows other trees from other seeds', async () => {
      const digests = new Set<string>()
      for (let seed = 0; seed < 6; seed++) digests.add((await search(options({ seed }))).digest)
      expect(digests.size).toBeGreaterThan(1)
    })

    it('goes on from any prefix of its log to the same tree, and repeats no recorded call', async () => {
      const store = memory()
      const whole = await search(options({ store, runId: 'whole', concurrency: 3 }))
      const entries = [...(await store.read('whole'))]
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: entries.length }), async (cut) => {
          const resumed = await resumeFrom(entries.slice(0, cut), (more) => options({ concurrency: 3, ...more }))
          expect(resumed.digest).toBe(whole.digest)
          expect(resumed.repeated).toBe(0)
          expect(resumed.answer).toBe(whole.answer)
        }),
        { numRuns: 25, seed: 1 },
      )
    })

    it('opens finished runs again, also where calls failed and trials were given up', async () => {
      for (let seed = 1; seed <= 12; seed++) {
        const store = memory()
        const proposer = lettersProposer({
          onCall: (call) => {
            if (call.seed % 4 === 0) throw new Error('a passing fault')
          },
        })
        const run = options({ seed, proposer, budget: { calls: 6 }, concurrency: 4, store, runId: 'finished' })
        const first = await search(run)
        const again = await search({ ...run, searcher: create() })
        expect(again).toMatchObject({ digest: first.digest, stopped: first.stopped })
      }
    })

    it('outlives calls that fail, and stops by itself when all of them do', async () => {
      let calls = 0
      const flaky = lettersProposer({
        onCall: () => {
          if (++calls % 3 === 0) throw new Error('a passing fault')
        },
      })
      const result = await search(options({ proposer: flaky, maxFailures: 1000 }))
      expect(['solved', 'budget', 'exhausted', 'converged']).toContain(result.stopped)
      const broken = lettersProposer({
        onCall: () => {
          throw new Error('always')
        },
      })
      const failing = search(options({ proposer: broken, budget: { calls: 1000 } }))
      await expect(failing.then((end) => end.answer))
        .resolves.toBeUndefined()
        .catch(() => expect(failing).rejects.toMatchObject({ code: 'E_SEARCH_FAILING' }))
    })

    it('ends when nothing is offered', async () => {
      const result = await search(
        options({
          proposer: { name: 'mute', propose: (requests) => requests.map(() => ({ candidates: [] })) },
          budget: { expansions: 200 },
        }),
      )
      expect(result.answer).toBeUndefined()
      expect(['exhausted', 'budget', 'converged']).toContain(result.stopped)
    })

    it('has an answer at any time, once there is one', async () => {
      let finished = false
      await search(
        options({
          watch: (tree, best) => {
            const ends = Array.from({ length: tree.size }, (_, node) => node).filter((node) => tree.terminal(node))
            if (ends.length > 0) finished = true
            if (ends.some((node) => tree.visits[node]! > 0)) expect(best).toBeDefined()
          },
        }),
      )
      expect(finished).toBe(true)
    })

    it('states its settings as JSON', () => {
      const { settings } = create()
      expect(canonical(JSON.parse(JSON.stringify(settings ?? null)) as Json)).toBe(canonical(settings ?? null))
    })
  })
}

/** Resumes a run of which only some entries were kept, and counts the calls that were made although their result was recorded. */
async function resumeFrom(entries: readonly LogEntry[], build: (more: Partial<Options>) => Options) {
  const store = memory()
  const token = await store.acquire('whole')
  await store.append(
    'whole',
    token,
    0,
    entries.map((entry) => entry.event),
  )
  await store.release('whole', token)
  const made: { text: string; seed: number }[] = []
  const result = await search(build({ store, runId: 'whole', proposer: lettersProposer({ onCall: (call) => made.push(call) }) }))
  const recorded = entries.filter((entry) => entry.event.type === 'call-end').length
  const all = [...(await store.read('whole'))].filter((entry) => entry.event.type === 'call-end').length
  return { digest: result.digest, answer: result.answer, repeated: made.length - (all - recorded) }
}
