// How fast the stores keep and give back events: small ones in batches of several sizes, and model calls with long prompts.
// node bench/store.ts [folder of the file, default the system's temporary one]
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LogEvent } from '../src/core/events.ts'
import { memory } from '../src/traces/memory.ts'
import { sqlite } from '../src/traces/sqlite.ts'
import type { Store } from '../src/traces/store.ts'

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'banyan-bench-'))
const rows: Record<string, string | number>[] = []
try {
  for (const [what, make, count, sizes] of [
    ['small', small, 200_000, [1, 8, 64, 512, 4096]],
    ['call, 4 kB prompt', call, 10_000, [2, 64]],
  ] as const) {
    for (const size of sizes) {
      const total = size === 1 ? count / 10 : count
      const path = join(folder, `${what.slice(0, 4)}-${size}.db`)
      await measure('sqlite', sqlite(path), what, make, total, size, path)
      await measure('memory', memory(), what, make, total, size)
    }
  }
  console.table(rows)
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(
  name: string,
  store: Store,
  what: string,
  make: (i: number) => LogEvent,
  count: number,
  size: number,
  path?: string,
): Promise<void> {
  const batches = Array.from({ length: Math.floor(count / size) }, (_, batch) =>
    Array.from({ length: size }, (_, i) => make(batch * size + i)),
  )
  const token = await store.acquire('bench')
  const started = performance.now()
  let next = 0
  for (const events of batches) next = await store.append('bench', token, next, events)
  const written = performance.now()
  let read = 0
  for (const _ of await store.read('bench')) read++
  const done = performance.now()
  await store.close()
  if (read !== next) throw new Error(`${read} events came back of ${next}`)
  rows.push({
    store: name,
    events: what,
    'a batch': size,
    'written/s': Math.round((1000 * next) / (written - started)),
    'read/s': Math.round((1000 * next) / (done - written)),
    'bytes an event': path === undefined ? '' : Math.round(statSync(path).size / next),
  })
}

/** A trial's end as a game search writes it. */
function small(trial: number): LogEvent {
  return {
    type: 'trial-end',
    trial: { id: trial, kind: 'visit', node: trial >> 1, candidate: trial & 7, evaluate: ['default'] },
    status: 'ok',
    growth: [{ grow: 'node', at: trial >> 1, index: trial & 7, step: { reward: 0, terminal: false } }],
    evaluated: [{ made: 0 }],
    evaluations: [{ value: Math.sin(trial) }],
    node: { made: 0 },
    usage: { expansions: 1, nodes: 1 },
  }
}

/** A model's call: a system prompt that is always the same, and a text that grows. */
function call(trial: number): LogEvent {
  const messages = [
    { role: 'system', content: 'You are a careful writer. '.repeat(80) },
    { role: 'user', content: `${trial} ${'words that came before '.repeat(90)}` },
  ]
  return {
    type: 'call-start',
    trial,
    index: 0,
    digest: `digest-${trial}`,
    kind: 'generate',
    by: 'model',
    request: { messages, maxTokens: 16 },
  }
}
