// What a person wants to know about a run at a glance, folded from its events one at a time. It knows nothing of stores and files.
import type { Amounts, Json } from '../core/common.ts'
import type { LogEvent, RunEnd, RunHeader, StopReason } from '../core/events.ts'
import type { LogEntry } from '../core/log.ts'
import { orDamaged } from './damaged.ts'

/** `running`: a living writer holds it; `finished`: it ended by itself; `interrupted`: neither, so that it can be resumed. */
export type RunStatus = 'running' | 'finished' | 'interrupted'

export interface RunSummary {
  readonly id: string
  /** ISO 8601. */
  readonly created: string
  /** Names from the header, without versions; empty when it names none. */
  readonly environment: string
  readonly searcher: string
  /** The model that the header names, else the first that was called; empty when none was. */
  readonly model: string
  readonly status: RunStatus
  readonly solved: boolean
  /** Trials told. */
  readonly trials: number
  /** Nodes, the root included. */
  readonly nodes: number
  /** What the trials used, by unit. */
  readonly usage: Amounts
  /** How many events are kept. */
  readonly events: number
  readonly stopped?: StopReason
  readonly answer?: Json
  readonly value?: number
  readonly seconds?: number
  readonly parent?: NonNullable<RunHeader['parent']>
}

/** What is known of a run so far; plain data, so that a store can keep it beside the events. */
export interface Tally {
  readonly header?: Pick<RunSummary, 'created' | 'environment' | 'searcher' | 'model'> & {
    readonly parent?: NonNullable<RunHeader['parent']>
  }
  readonly trials: number
  readonly nodes: number
  readonly usage: Amounts
  readonly events: number
  readonly end?: Pick<RunEnd, 'stopped' | 'answer' | 'value' | 'solved' | 'seconds'>
}

export const emptyTally: Tally = { trials: 0, nodes: 0, usage: {}, events: 0 }

/** The tally after more events. */
export function tallied(tally: Tally, events: readonly LogEvent[]): Tally {
  let { header, end, trials, nodes } = tally
  const usage: Record<string, number> = { ...tally.usage }
  for (const event of events) {
    if (event.type === 'run-start') {
      header = headerOf(event)
      nodes = Math.max(nodes, 1)
    } else if (event.type === 'call-start') {
      if (header?.model === '' && (event.kind === 'generate' || event.kind === 'score')) header = { ...header, model: event.by }
    } else if (event.type === 'trial-end') {
      trials++
      for (const growth of event.growth) if (growth.grow === 'node') nodes++
      for (const [unit, amount] of Object.entries(event.usage)) usage[unit] = (usage[unit] ?? 0) + amount
    } else if (event.type === 'checkpoint') {
      trials = event.trials
      nodes = event.nodes
    } else if (event.type === 'run-resume') {
      end = undefined
    } else if (event.type === 'run-end') {
      const { stopped, answer, value, solved, seconds } = event
      end = { stopped, solved, seconds, ...(answer === undefined ? {} : { answer }), ...(value === undefined ? {} : { value }) }
      trials = event.trials
      nodes = event.nodes
      for (const unit of Object.keys(usage)) delete usage[unit]
      Object.assign(usage, event.usage)
    }
  }
  return {
    ...(header === undefined ? {} : { header }),
    trials,
    nodes,
    usage,
    events: tally.events + events.length,
    ...(end === undefined ? {} : { end }),
  }
}

/** A tally as a summary. `held`: a living writer holds the run. A run that its caller aborted counts as interrupted. */
export function summaryOf(id: string, tally: Tally, held: boolean): RunSummary {
  const { header, end, trials, nodes, usage, events } = tally
  const ended = end !== undefined && end.stopped !== 'aborted'
  return {
    id,
    ...(header ?? { created: '', environment: '', searcher: '', model: '' }),
    status: held && end === undefined ? 'running' : ended ? 'finished' : 'interrupted',
    solved: false,
    trials,
    nodes,
    usage,
    events,
    ...end,
  }
}

/**
 * The summary of a run from its entries alone, which cannot tell whether somebody is writing it.
 * @throws `E_TRACE_DAMAGED` for a log that no search wrote.
 */
export function runSummary(entries: Iterable<LogEntry>): RunSummary {
  const events = Array.from(entries, (entry) => entry.event)
  const start = events.find((event) => event.type === 'run-start')
  return orDamaged(() => summaryOf(start?.runId ?? '', tallied(emptyTally, events), false))
}

function headerOf(event: RunHeader): NonNullable<Tally['header']> {
  const named = (field: string): string =>
    nameOf(event.fingerprint[field]) || nameOf((event.spec as { [key: string]: Json } | undefined)?.[field])
  return {
    created: event.created,
    environment: named('environment').replace(/@.*$/, ''),
    searcher: named('searcher'),
    model: named('model'),
    ...(event.parent === undefined ? {} : { parent: event.parent }),
  }
}

/** A part is logged as its name, or as an object that holds its name. */
function nameOf(value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ''
  const name = (value as { readonly name?: Json }).name
  return typeof name === 'string' ? name : ''
}
