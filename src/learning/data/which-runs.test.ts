import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BanyanError } from '../../core/errors.ts'
import type { LogEntry } from '../../core/log.ts'
import { memory } from '../../traces/memory.ts'
import type { Store } from '../../traces/store.ts'
import { taskName } from './held-out.ts'
import { outcomeLabels } from './outcome-labels.ts'
import { rolloutGroups } from './rollout-groups.ts'
import { stepValues } from './step-values.ts'
import { eventsOf, type GivenRun, giveRun, rowsIn } from './testing/given-run.ts'

const root = {
  children: [
    { text: 'right', value: 1, certain: true, terminal: true },
    { text: 'wrong', value: 0, certain: true, terminal: true },
  ],
}
const task = (prompt: string) => ({ prompt })

async function given(...runs: GivenRun[]): Promise<Store> {
  const store = memory()
  for (const run of runs) await giveRun(store, run)
  return store
}

const runIds = async (rows: AsyncIterable<{ readonly source: { readonly runId: string } }>) => [
  ...new Set((await rowsIn(rows)).map(({ source }) => source.runId)),
]

describe('held-out tasks', () => {
  it('are refused with their name, or left out and counted', async () => {
    const store = await given({ id: 'a', root, task: task('Seen?') }, { id: 'b', root, task: task('Held out?') })
    const heldOut = [taskName(task('Held out?')).id]
    const error = { code: 'E_DATASET_HELD_OUT', seen: heldOut[0], message: expect.stringContaining('run b') }
    await expect(rowsIn(outcomeLabels(store, { heldOut }))).rejects.toMatchObject(error)
    const build = outcomeLabels(store, { heldOut, skipHeldOut: true })
    expect(await runIds(build)).toEqual(['a'])
    expect(build.report.skipped).toEqual({ 'held-out': 1 })
  })

  it('are known by their own id, by a function, and with defaults filled', async () => {
    const named = await given({ root, task: { id: 7, prompt: 'x' } })
    await expect(rowsIn(outcomeLabels(named, { heldOut: ['7'] }))).rejects.toMatchObject({ code: 'E_DATASET_HELD_OUT' })
    await expect(rowsIn(outcomeLabels(named, { heldOut: ({ task }) => JSON.stringify(task).includes('x') }))).rejects.toMatchObject({
      seen: '7',
    })
    const filled = { prompt: 'x', answerBy: { kind: 'text' }, maxSteps: 12 }
    const bare = await given({ root: {}, environment: 'reasoning@1', task: { prompt: 'x' } })
    await expect(rowsIn(outcomeLabels(bare, { heldOut: [taskName(filled).id] }))).rejects.toMatchObject({ code: 'E_DATASET_HELD_OUT' })
  })

  it('never come into a row, whatever is held out', async () => {
    const names = ['p', 'q', 'r', 's', 't']
    const store = await given(...names.map((id) => ({ id, root, task: task(id) })))
    await fc.assert(
      fc.asyncProperty(fc.subarray(names), async (out) => {
        const heldOut = out.map((name) => taskName(task(name)).id)
        for (const build of [outcomeLabels, rolloutGroups]) {
          const rows = await rowsIn<{ source: { task: string } }>(build(store, { heldOut, skipHeldOut: true }))
          expect(rows.some(({ source }) => heldOut.includes(source.task))).toBe(false)
          expect(new Set(rows.map(({ source }) => source.task)).size).toBe(names.length - out.length)
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('runs that are not whole', () => {
  it('are left out while they are written, or read up to their last record', async () => {
    const store = await given({ id: 'done', root })
    const token = await store.acquire('under-way')
    const events = eventsOf({ id: 'under-way', root, ended: false })
    await store.append('under-way', token, 0, events.slice(0, -1))
    const skipping = outcomeLabels(store)
    expect(await runIds(skipping)).toEqual(['done'])
    expect(skipping.report).toMatchObject({ skipped: { running: 1 }, unfinished: 0 })
    const reading = outcomeLabels(store, { running: 'read' })
    expect((await rowsIn(reading)).map(({ source }) => `${source.runId} ${source.node}`)).toEqual(['done 1', 'done 2', 'under-way 1'])
    expect(reading.report).toMatchObject({ skipped: {}, unfinished: 1 })
    expect(reading.report.runs.get('under-way')).toBe('unfinished')
    await store.release('under-way', token)
    expect(await runIds(outcomeLabels(store))).toEqual(['done', 'under-way'])
  })

  it('are reported and left out where the log is damaged, whatever is wrong with it', async () => {
    const whole = eventsOf({ id: 'broken', root })
    const damages: readonly ((entries: LogEntry[]) => Iterable<LogEntry>)[] = [
      (entries) => entries.slice(1),
      (entries) => [{ sequence: 0, event: { type: 'run-start' } as never }, ...entries.slice(1)],
      (entries) => [entries[0]!, { sequence: 1, event: { type: 'trial-end' } as never }],
      function* (entries) {
        yield* entries.slice(0, 3)
        throw new BanyanError('E_STORE_DAMAGED', 'event 3 of a run cannot be read')
      },
    ]
    for (const damage of damages) {
      const store = await given({ id: 'a-good', root }, { id: 'broken', root }, { id: 'good', root })
      const read: Store = {
        ...store,
        read: (id) => (id === 'broken' ? damage(whole.map((event, sequence) => ({ sequence, event }))) : store.read(id)),
      }
      const build = stepValues(read)
      expect(await runIds(build)).toEqual(['a-good', 'good'])
      expect(build.report).toMatchObject({ skipped: { damaged: 1 }, damaged: [{ runId: 'broken', reason: expect.stringMatching(/^E_/) }] })
      expect(await runIds(rolloutGroups(read, { within: 'task' }))).toEqual(['good'])
    }
  })

  it('leave no rows when it turns out late that their environment steps otherwise', async () => {
    const odd = { children: [{ text: '4 + 9 = 13', children: [{ text: '4 + 9 = 13', value: 1, certain: true, terminal: true }] }] }
    const store = await given({ root: odd, environment: 'game24@1', task: { numbers: [4, 9, 10, 13] } })
    const build = outcomeLabels(store, { references: () => ({ grade: () => true }) })
    expect(await rowsIn(build)).toEqual([])
    expect(build.report).toMatchObject({ rows: 0, skipped: { damaged: 1 }, damaged: [{ reason: expect.stringContaining('node 2') }] })
    expect(build.report.runs.size).toBe(0)
  })

  it('end the build where the store itself is gone, or a function of the options throws', async () => {
    const store = await given({ root })
    const throws = () => {
      throw new TypeError('no such field')
    }
    const refused = { code: 'E_DATASET_OPTION', message: expect.stringContaining('no such field') }
    await expect(rowsIn(outcomeLabels(store, { prompt: throws }))).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('"prompt"'),
    })
    await expect(rowsIn(outcomeLabels(store, { step: throws }))).rejects.toMatchObject(refused)
    await expect(rowsIn(outcomeLabels(store, { references: throws }))).rejects.toMatchObject(refused)
    await expect(rowsIn(outcomeLabels(store, { references: () => ({ answer: 1, grade: throws }) }))).rejects.toMatchObject(refused)
    await expect(rowsIn(outcomeLabels(store, { runs: ['none'] }))).rejects.toMatchObject({ code: 'E_RUN_UNKNOWN', seen: 'none' })
    await expect(rowsIn(outcomeLabels(store, { signal: AbortSignal.abort(new Error('enough')) }))).rejects.toThrow('enough')
    await store.close()
    await expect(rowsIn(outcomeLabels(store))).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
  })
})

describe('texts', () => {
  it('come from options where they are given', async () => {
    const store = await given({
      root: { children: [{ text: { move: 3 }, children: [{ text: 'b', value: 1, certain: true, terminal: true }] }] },
    })
    const [plain] = await rowsIn(outcomeLabels(store))
    expect(plain).toMatchObject({ prompt: 'What?', completion: '{"move":3}\nb' })
    const prompt = (given: unknown) => [{ role: 'user' as const, content: JSON.stringify(given) }]
    const [told] = await rowsIn(outcomeLabels(store, { prompt, step: (action) => `<${typeof action}>`, separator: ' ' }))
    expect(told).toMatchObject({ prompt: [{ role: 'user', content: '{"prompt":"What?"}' }], completion: '<object> <string>' })
  })

  it('of known environments are what their models read', async () => {
    const text = (text: string, end = false) => ({ text: { text, end } })
    const steps = { children: [{ ...text('17 + 25 = 42'), children: [{ ...text('The answer is 42.'), terminal: true, children: [] }] }] }
    const reasoning = await given({ root: steps, environment: 'reasoning@1', task: { prompt: 'What is 17 + 25?', answerBy: 'number' } })
    const references = () => ({ answer: 42, grade: (answer: unknown) => answer === 42 })
    const [row] = await rowsIn(outcomeLabels(reasoning, { references }))
    expect(row).toMatchObject({ prompt: expect.stringMatching(/^What is 17 \+ 25\?\n\nThink step by step/), right: true })
    const [chat] = await rowsIn(outcomeLabels(reasoning, { references, chat: true }))
    expect(chat?.prompt).toEqual([{ role: 'user', content: row?.prompt }])
    const anew = { text: { text: 'A new text.', end: true, anew: true }, value: 1, certain: true, terminal: true }
    const writing = await given({
      root: { children: [{ ...text('The first'), children: [anew] }] },
      environment: 'writing@1',
      task: { sentences: 1 },
    })
    const [written] = await rowsIn(outcomeLabels(writing))
    expect(written).toMatchObject({ prompt: 'Write one sentence.', completion: 'A new text.' })
  })
})
