// A store in memory: the default of the library. It needs nothing but JavaScript, and forgets everything when it is dropped.
import type { LogEvent } from '../core/events.ts'
import type { LogEntry } from '../core/log.ts'
import { outOfStep, runBusy, runLost, storeClosed } from './conflicts.ts'
import { type Redactor, redactor } from './redact.ts'
import { newRunId, requireRunId } from './run-id.ts'
import type { ListOptions, Store } from './store.ts'
import { emptyTally, type RunSummary, summaryOf, type Tally, tallied } from './summary.ts'

/** Options of `memory`. */
export interface MemoryOptions {
  /** Secrets to mask beside those of the environment (see `redact.ts`). */
  readonly secrets?: readonly string[]
}

interface Run {
  readonly events: LogEvent[]
  tally: Tally
  token: string | undefined
}

/**
 * A store that lives as long as its object. One process only; nothing is kept on disk.
 * @example
 * const store = memory()
 * await search({ ...options, store })
 * store.list()
 */
export function memory(options: MemoryOptions = {}): Store {
  const runs = new Map<string, Run>()
  let redact: Redactor = redactor(options)
  let closed = false

  const requireOpen = (): void => {
    if (closed) throw storeClosed()
  }
  const summary = (id: string): RunSummary | undefined => {
    const run = runs.get(id)
    return run === undefined || run.events.length === 0 ? undefined : summaryOf(id, run.tally, run.token !== undefined)
  }
  const summaries = (): RunSummary[] => [...runs.keys()].flatMap((id) => summary(id) ?? [])
  const withParts = (id: string, found = new Set<string>()): Set<string> => {
    found.add(id)
    for (const { id: part, parent } of summaries()) {
      if (parent?.runId === id && parent.relation === 'child' && !found.has(part)) withParts(part, found)
    }
    return found
  }

  return {
    name: 'memory',
    acquire(runId) {
      requireOpen()
      requireRunId(runId)
      const run = runs.get(runId) ?? { events: [], tally: emptyTally, token: undefined }
      if (run.token !== undefined) throw runBusy(runId)
      redact = redactor(options)
      run.token = newRunId()
      runs.set(runId, run)
      return run.token
    },
    release(runId, token) {
      const run = runs.get(runId)
      if (run?.token !== token) return
      run.token = undefined
      if (run.events.length === 0) runs.delete(runId)
    },
    append(runId, token, expectedSequence, events) {
      requireOpen()
      const run = runs.get(runId)
      if (run === undefined || run.token !== token) throw runLost(runId)
      if (run.events.length !== expectedSequence) throw outOfStep(runId, expectedSequence, run.events.length)
      const kept = events.map((event) => copied(redact(event)))
      for (const event of kept) run.events.push(event)
      run.tally = tallied(run.tally, kept)
      return run.events.length
    },
    read(runId, from = 0) {
      requireOpen()
      return entriesOf(runs.get(runId)?.events ?? [], from)
    },
    list({ limit = 50, parts = false }: ListOptions = {}) {
      requireOpen()
      return summaries()
        .filter((run) => parts || run.parent?.relation !== 'child')
        .reverse()
        .slice(0, limit)
    },
    summary(runId) {
      requireOpen()
      return summary(runId)
    },
    children(runId) {
      requireOpen()
      return summaries().filter((run) => run.parent?.runId === runId)
    },
    remove(runId) {
      requireOpen()
      if (summary(runId) === undefined) return []
      const ids = [...withParts(runId)]
      for (const id of ids) if (runs.get(id)?.token !== undefined) throw runBusy(id)
      for (const id of ids) runs.delete(id)
      return ids
    },
    close() {
      closed = true
      runs.clear()
    },
    async [Symbol.asyncDispose]() {
      await this.close()
    },
  }
}

/** The entries that are there when reading begins; the run may grow meanwhile. */
function* entriesOf(events: readonly LogEvent[], from: number): Generator<LogEntry> {
  const end = events.length
  for (let sequence = from; sequence < end; sequence++) yield { sequence, event: events[sequence] as LogEvent }
}

/** What a writer does with its objects afterwards does not change the log. */
function copied<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copied) as Value
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key]
    if (item === undefined) continue
    if (key === '__proto__') Object.defineProperty(copy, key, { value: copied(item), enumerable: true, writable: true, configurable: true })
    else copy[key] = copied(item)
  }
  return copy as Value
}
