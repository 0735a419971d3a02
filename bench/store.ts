// How many events a second the store on disk keeps. Kept means: `append` has returned, so that a killed process no longer loses them
// (write-ahead log, synchronous = NORMAL: after a power cut the last batches may be missing, never a part of one).
// Wall time, since a store waits for the disk.
import { join } from 'node:path'
import type { LogEvent } from '../src/core/events.ts'
import { search } from '../src/core/search.ts'
import { mcts } from '../src/core/searchers/index.ts'
import { sqlite } from '../src/traces/sqlite.ts'
import type { Store } from '../src/traces/store.ts'
import { type Entry, wallSeconds } from './entry.ts'
import { nullParts } from './null-task.ts'
import { inTemporaryFolder } from './temporary.ts'

function withStore(measure: (store: Store) => Promise<number>): Promise<number> {
  return inTemporaryFolder(async (folder) => {
    await using store = sqlite(join(folder, 'runs.db'))
    return await measure(store)
  })
}

/** Events a second, written in batches of so many. */
function appended(make: (i: number) => LogEvent, count: number, batch: number): Promise<number> {
  const batches = Array.from({ length: Math.floor(count / batch) }, (_, at) =>
    Array.from({ length: batch }, (_, i) => make(at * batch + i)),
  )
  return withStore(async (store) => {
    const token = await store.acquire('bench')
    let next = 0
    const spent = await wallSeconds(async () => {
      for (const events of batches) next = await store.append('bench', token, next, events)
    })
    return next / spent
  })
}

/** Events a second that a search writes while it grows its tree, the search itself included. */
function searched(): Promise<number> {
  return withStore(async (store) => {
    const run = { ...nullParts, searcher: mcts({ branching: 4 }), budget: { nodes: 20_000 }, concurrency: 8, runId: 'bench' }
    const spent = await wallSeconds(() => search({ ...run, store }))
    return (await store.summary('bench'))!.events / spent
  })
}

/** A trial's end as a game search writes it. */
function trialEnd(id: number): LogEvent {
  return {
    type: 'trial-end',
    trial: { id, kind: 'visit', node: id >> 1, candidate: id & 7, evaluate: ['default'] },
    status: 'ok',
    growth: [{ grow: 'node', at: id >> 1, index: id & 7, step: { reward: 0, terminal: false } }],
    evaluated: [{ made: 0 }],
    evaluations: [{ value: Math.sin(id) }],
    node: { made: 0 },
    usage: { expansions: 1, nodes: 1 },
  }
}

/** A model's call: a system prompt that is always the same, and a text that grows; 4 kB together. */
function callStart(trial: number): LogEvent {
  const messages = [
    { role: 'system', content: 'You are a careful writer. '.repeat(80) },
    { role: 'user', content: `${trial} ${'words that came before '.repeat(90)}` },
  ]
  const request = { messages, maxTokens: 16 }
  return { type: 'call-start', trial, index: 0, digest: `digest-${trial}`, kind: 'generate', by: 'model', request }
}

const rate = { unit: 'events/s', better: 'higher' } as const

export const entries: readonly Entry[] = [
  // 512 is the driver's own batch.
  { name: 'durable-events/batches-of-512', ...rate, measure: () => appended(trialEnd, 100_000, 512) },
  { name: 'durable-events/batches-of-64', ...rate, measure: () => appended(trialEnd, 100_000, 64) },
  { name: 'durable-events/one-by-one', ...rate, measure: () => appended(trialEnd, 10_000, 1) },
  { name: 'durable-events/calls-with-4-kb', ...rate, measure: () => appended(callStart, 10_000, 64) },
  { name: 'durable-events/search', ...rate, measure: searched },
]
