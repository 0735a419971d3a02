// The contract of a store as tests. Call it in a vitest file; it knows nothing of how a store keeps its runs.
// Over 300 lines: one list of promises, read from top to bottom.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Awaitable, Json } from '../core/common.ts'
import type { CallEnd, LogEvent } from '../core/events.ts'
import type { LogEntry } from '../core/log.ts'
import { mask } from '../traces/redact.ts'
import type { Store } from '../traces/store.ts'
import { sampleLog } from './sample-log.ts'

export interface TestStoreOptions {
  readonly name: string
  /** A new, empty store that shares nothing with earlier ones. It is told the secret that it must mask. */
  create(options: { readonly secrets: readonly string[] }): Awaitable<Store>
}

const secret = 'canary-5f0d7c1b9e'

/**
 * Tests that a store keeps its promises.
 * @example
 * testStore({ name: 'memory', create: (options) => memory(options) })
 */
export function testStore(options: TestStoreOptions): void {
  describe(`the store ${options.name}`, () => {
    let store: Store
    beforeEach(async () => {
      store = await options.create({ secrets: [secret] })
    })
    afterEach(async () => {
      await store.close()
    })

    /** Writes a whole log under its own writer. */
    const write = async (runId: string, events: readonly LogEvent[]): Promise<void> => {
      const token = await store.acquire(runId)
      await store.append(runId, token, 0, events)
      await store.release(runId, token)
    }
    const events = async (runId: string, from?: number): Promise<LogEvent[]> => (await entries(runId, from)).map((entry) => entry.event)
    const entries = async (runId: string, from?: number): Promise<LogEntry[]> => [...(await store.read(runId, from))]
    /** What becomes of a value in the log. */
    const kept = async (result: Json): Promise<Json> => {
      await write('kept', [callEnd(0, result)])
      return (await events('kept')).map((event) => (event as CallEnd).result)[0] as Json
    }

    describe('order', () => {
      it('gives events back as they were, in order, numbered from 0 without gaps', async () => {
        const log = sampleLog({ trials: 30 })
        const token = await store.acquire('sample')
        expect(await store.append('sample', token, 0, log.slice(0, 1))).toBe(1)
        expect(await store.append('sample', token, 1, log.slice(1, 20))).toBe(20)
        expect(await store.append('sample', token, 20, log.slice(20))).toBe(log.length)
        expect(await events('sample')).toEqual(log)
        expect((await entries('sample')).map((entry) => entry.sequence)).toEqual(log.map((_, i) => i))
      })

      it('reads from a given place on', async () => {
        const log = sampleLog()
        await write('sample', log)
        expect((await entries('sample', 5)).map((entry) => entry.sequence)).toEqual(log.slice(5).map((_, i) => i + 5))
        expect(await events('sample', log.length)).toEqual([])
        expect(await events('sample', log.length + 5)).toEqual([])
      })

      it('reads nothing of a run that is not there', async () => {
        expect(await events('nowhere')).toEqual([])
      })

      it('reads the same from an iterator that is used slowly, while the run grows', async () => {
        const token = await store.acquire('slow')
        await store.append('slow', token, 0, counted(0, 2000))
        const reader = (await store.read('slow'))[Symbol.iterator]()
        expect(reader.next().value?.sequence).toBe(0)
        await store.append('slow', token, 2000, counted(2000, 10))
        let count = 1
        while (reader.next().done !== true) count++
        expect(count).toBe(2000)
        expect(await events('slow')).toHaveLength(2010)
      })

      it('takes an empty batch for nothing', async () => {
        const token = await store.acquire('empty')
        expect(await store.append('empty', token, 0, [])).toBe(0)
        await store.append('empty', token, 0, counted(0, 3))
        expect(await store.append('empty', token, 3, [])).toBe(3)
      })
    })

    describe('writers', () => {
      it('refuses a writer that is out of step, and keeps nothing of its batch', async () => {
        const token = await store.acquire('run')
        await store.append('run', token, 0, counted(0, 5))
        for (const wrong of [0, 4, 6]) {
          await expect(attempt(() => store.append('run', token, wrong, counted(5, 1)))).rejects.toMatchObject({ code: 'E_LOG_CONFLICT' })
        }
        expect(await events('run')).toEqual(counted(0, 5))
        expect(await store.append('run', token, 5, counted(5, 1))).toBe(6)
      })

      it('refuses a second writer while the first holds the run, and lets it in afterwards', async () => {
        const first = await store.acquire('run')
        await expect(attempt(() => store.acquire('run'))).rejects.toMatchObject({ code: 'E_RUN_BUSY' })
        await store.append('run', first, 0, counted(0, 2))
        await store.release('run', first)
        const second = await store.acquire('run')
        expect(second).not.toBe(first)
        expect(await store.append('run', second, 2, counted(2, 1))).toBe(3)
      })

      it('refuses tokens that do not hold the run', async () => {
        const token = await store.acquire('run')
        const other = await store.acquire('other')
        for (const wrong of ['', 'made-up', other]) {
          await expect(attempt(() => store.append('run', wrong, 0, counted(0, 1)))).rejects.toMatchObject({ code: 'E_LOG_CONFLICT' })
        }
        await store.append('run', token, 0, counted(0, 1))
        await store.release('run', token)
        await expect(attempt(() => store.append('run', token, 1, counted(1, 1)))).rejects.toMatchObject({ code: 'E_LOG_CONFLICT' })
      })

      it('lets nobody release what another holds; releasing twice is harmless', async () => {
        const token = await store.acquire('run')
        await store.release('run', 'made-up')
        await expect(attempt(() => store.acquire('run'))).rejects.toMatchObject({ code: 'E_RUN_BUSY' })
        await store.release('run', token)
        await store.release('run', token)
        await store.acquire('run')
      })

      it('keeps runs apart', async () => {
        const a = await store.acquire('a')
        const b = await store.acquire('b')
        for (let i = 0; i < 20; i++) {
          await store.append('a', a, i, counted(i, 1))
          await store.append('b', b, 2 * i, counted(1000 + 2 * i, 2))
        }
        expect(await events('a')).toEqual(counted(0, 20))
        expect(await events('b')).toEqual(counted(1000, 40))
      })

      it('takes users’ own names for runs, and refuses what could be a path or an option', async () => {
        for (const good of ['nightly-42', 'a', 'A.b_c-9', 'x'.repeat(64)]) await store.release(good, await store.acquire(good))
        for (const bad of ['', '.', '..', '-x', 'a/b', 'a b', 'ü', 'x'.repeat(65), '__proto__']) {
          await expect(attempt(() => store.acquire(bad))).rejects.toMatchObject({ code: 'E_RUN_ID' })
        }
      })
    })

    describe('records', () => {
      it('keeps texts of every kind', async () => {
        const texts = [
          '',
          'Ünïcödé 树 🌳',
          'a\u0000b',
          'half \ud83c of a pair',
          '\u2028\u2029',
          '"\\',
          '$text',
          'x'.repeat(5000),
          `${'ż'.repeat(600)}\ud83c`,
        ]
        expect(await kept(texts)).toEqual(texts)
      })

      it('keeps numbers that JSON cannot say', async () => {
        const numbers = [0, -0, 1e-320, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
        expect(await kept(numbers)).toEqual(numbers)
      })

      it('keeps objects whose keys look like its own marks', async () => {
        const value: Json = [
          { $text: 1 },
          { $number: 'NaN' },
          { $object: { $text: 2 } },
          { $text: 'x'.repeat(600), b: Number.NaN },
          { a: { $: null } },
        ]
        expect(await kept(value)).toEqual(value)
      })

      it('keeps keys that mean something to JavaScript, and changes no prototype', async () => {
        const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toString":"x"}') as Json
        const back = await kept([value, Number.NaN])
        expect(JSON.stringify(back)).toBe(JSON.stringify([value, Number.NaN]).replace('NaN', 'null'))
        expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
      })

      it('keeps a record of some megabytes', async () => {
        const value = { text: 'long '.repeat(400_000), list: Array.from({ length: 20_000 }, (_, i) => i / 3) }
        expect(await kept(value)).toEqual(value)
      })

      it('leaves out what is undefined, and does not follow later changes of its writer’s objects', async () => {
        const usage = { calls: 1 }
        const event = { ...callEnd(0, { a: 1, b: undefined }), usage }
        await write('run', [event])
        usage.calls = 99
        const [back] = (await events('run')) as CallEnd[]
        expect(Object.keys(back?.result as object)).toEqual(['a'])
        expect(back?.usage).toEqual({ calls: 1 })
      })

      it('masks secrets wherever they stand', async () => {
        const error = { code: 'E_MODEL_AUTH', message: `401 for Bearer ${secret}`, headers: { Authorization: 'abc', 'x-api-key': 'def' } }
        await write('run', [
          callEnd(0, { text: `the key is ${secret}.`, [secret]: ['x'.repeat(600) + secret] }),
          { type: 'call-error', trial: 1, index: 0, digest: 'd', error, usage: { calls: 1, token: 3 } },
        ])
        const text = JSON.stringify(await events('run'))
        expect(text).not.toContain(secret)
        expect(text).toContain(`the key is ${mask}.`)
        expect(text).toContain(`"headers":{"Authorization":"${mask}","x-api-key":"${mask}"}`)
        expect(text).toContain('"usage":{"calls":1,"token":3}')
      })
    })

    describe('runs', () => {
      it('lists them newest first, with what is known of each', async () => {
        await write('first', sampleLog({ runId: 'first', trials: 40 }))
        await write('second', sampleLog({ runId: 'second', trials: 3, seed: 2, ended: false }))
        const token = await store.acquire('third')
        await store.append('third', token, 0, sampleLog({ runId: 'third', ended: false }))
        const list = await store.list()
        expect(list.map((run) => [run.id, run.status])).toEqual([
          ['third', 'running'],
          ['second', 'interrupted'],
          ['first', 'finished'],
        ])
        expect(list[2]).toMatchObject({
          created: '2026-11-22T12:00:01.000Z',
          environment: 'writing',
          searcher: 'mcts',
          model: 'smollm2-135m',
          solved: true,
          stopped: 'solved',
          trials: 41,
          usage: { tokens: 160, calls: 40 },
        })
        expect(list[1]).toMatchObject({ solved: false, trials: 4, nodes: 4, usage: { calls: 3 } })
        expect((await store.list({ limit: 2 })).map((run) => run.id)).toEqual(['third', 'second'])
        expect(await store.summary('first')).toEqual(list[2])
        expect(await store.summary('nowhere')).toBeUndefined()
      })

      it('does not list a run of which nothing was written', async () => {
        const token = await store.acquire('empty')
        expect(await store.list()).toEqual([])
        expect(await store.summary('empty')).toBeUndefined()
        await store.release('empty', token)
        expect(await store.list()).toEqual([])
      })

      it('knows the children of a run; parts are listed only when asked for', async () => {
        await family()
        expect((await store.list()).map((run) => run.id)).toEqual(['fork', 'root'])
        expect((await store.list({ parts: true })).map((run) => run.id)).toEqual(['fork', 'part-of-part', 'part', 'root'])
        expect((await store.children('root')).map((run) => run.id)).toEqual(['part', 'fork'])
        expect((await store.summary('part'))?.parent).toEqual({ runId: 'root', relation: 'child' })
      })

      it('calls a run that was opened again interrupted until it ends', async () => {
        const log = sampleLog()
        await write('sample', log)
        const token = await store.acquire('sample')
        await store.append('sample', token, log.length, [{ type: 'run-resume', at: '2026-11-22T13:00:00Z', askedAgain: 0 }])
        expect((await store.summary('sample'))?.status).toBe('running')
        await store.release('sample', token)
        expect((await store.summary('sample'))?.status).toBe('interrupted')
      })

      it('removes a run with its parts, and nothing else', async () => {
        await family()
        const fork = await events('fork')
        expect([...(await store.remove('root'))].sort()).toEqual(['part', 'part-of-part', 'root'])
        expect((await store.list({ parts: true })).map((run) => run.id)).toEqual(['fork'])
        expect(await events('part')).toEqual([])
        expect(await events('fork')).toEqual(fork)
        expect(await store.remove('root')).toEqual([])
        await write('root', sampleLog({ runId: 'root', seed: 9 }))
        expect(await events('root')).toEqual(sampleLog({ runId: 'root', seed: 9 }))
      })

      it('does not remove what is being written', async () => {
        await family()
        const token = await store.acquire('part')
        await expect(attempt(() => store.remove('root'))).rejects.toMatchObject({ code: 'E_RUN_BUSY' })
        expect(await store.list({ parts: true })).toHaveLength(4)
        await store.release('part', token)
        expect(await store.remove('root')).toHaveLength(3)
      })

      it('does nothing after it was closed; closing twice is harmless', async () => {
        const token = await store.acquire('run')
        await store.close()
        await store.close()
        for (const use of [
          () => store.list(),
          () => store.acquire('x'),
          () => store.read('x'),
          () => store.remove('x'),
          () => store.append('run', token, 0, counted(0, 1)),
        ]) {
          await expect(attempt<unknown>(use)).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
        }
      })

      /** A run, a part of it, a part of that, and a fork. */
      const family = async (): Promise<void> => {
        const long = callEnd(0, `shared ${'text '.repeat(300)}`)
        const log = (runId: string, parent?: { runId: string; relation: 'child' | 'fork' }): LogEvent[] => [
          ...sampleLog({ runId, ...(parent === undefined ? {} : { parent }) }),
          long,
        ]
        await write('root', log('root'))
        await write('part', log('part', { runId: 'root', relation: 'child' }))
        await write('part-of-part', log('part-of-part', { runId: 'part', relation: 'child' }))
        await write('fork', log('fork', { runId: 'root', relation: 'fork' }))
      }
    })
  })
}

/** Stores may throw at once or later; tests look at both in one way. */
async function attempt<Result>(work: () => Awaitable<Result>): Promise<Result> {
  return await work()
}

function callEnd(trial: number, result: Json): CallEnd {
  return { type: 'call-end', trial, index: 0, digest: `digest-${trial}`, result, usage: { calls: 1 } }
}

/** `count` small events, told apart by their trial. */
function counted(first: number, count: number): LogEvent[] {
  return Array.from({ length: count }, (_, i) => callEnd(first + i, first + i))
}
