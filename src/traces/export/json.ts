// A run as one JSON document, to keep, send or read elsewhere, and back. What is read is checked for its form and is data, never authority.
import { BanyanError } from '../../core/errors.ts'
import { type LogEvent, logVersion } from '../../core/events.ts'
import type { LogEntry } from '../../core/log.ts'
import { fromExactJson, toExactJson } from '../exact-json.ts'
import { runSummary } from '../summary.ts'

/** The form of the document; raised when it changes. */
export const documentVersion = 1
const format = 'banyan-run'

/**
 * Writes a run as a document: `{ format, version, summary, marked, entries }`.
 * Numbers that JSON cannot say are written as `{ "$number": "NaN" }` (then `marked` is true). No `<` stands in it, so that it may lie in a page.
 */
export function exportJson(entries: Iterable<LogEntry>): string {
  const list = [...entries]
  const { json, marked } = toExactJson(list)
  const summary = toExactJson(runSummary(list)).json
  const text = `{"format":"${format}","version":${documentVersion},"summary":${summary},"marked":${marked},"entries":${json}}`
  return text.replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

/**
 * Reads a document back.
 * @throws `E_TRACE_DOCUMENT` for what is no such document, or is cut or changed; `E_TRACE_VERSION` for one of a newer form.
 */
export function importJson(text: string): readonly LogEntry[] {
  const document = parsed(text)
  if (typeof document !== 'object' || document === null || (document as Document).format !== format) {
    throw malformed('it is no document of a run', (document as Document | null)?.format, `"format": "${format}"`)
  }
  const { version, marked, entries } = document as Document
  if (typeof version !== 'number' || version > documentVersion) {
    throw new BanyanError('E_TRACE_VERSION', 'this document was written by a newer version of Banyan', {
      seen: version,
      wanted: `version ${documentVersion} or lower`,
    })
  }
  if (!Array.isArray(entries)) throw malformed('it has no entries', entries, 'a list')
  const list = marked === true ? restored(entries) : (entries as readonly LogEntry[])
  for (const [i, entry] of list.entries()) checkEntry(entry, i)
  const start = list[0]?.event
  if (start?.type !== 'run-start') throw malformed('it does not begin with the start of a run', start?.type, '"run-start"')
  if (start.version > logVersion) {
    throw new BanyanError('E_TRACE_VERSION', 'this run was written by a newer version of Banyan', {
      seen: start.version,
      wanted: `version ${logVersion} or lower`,
    })
  }
  return list
}

interface Document {
  readonly format?: unknown
  readonly version?: unknown
  readonly marked?: unknown
  readonly entries?: unknown
}

const types: readonly LogEvent['type'][] = [
  'run-start',
  'run-resume',
  'run-end',
  'trial-end',
  'checkpoint',
  'call-start',
  'call-end',
  'call-error',
]

function checkEntry(entry: Partial<LogEntry> | null, place: number): void {
  if (entry?.sequence !== place) throw malformed(`entry ${place} is out of order`, entry?.sequence, `"sequence": ${place}`)
  const { event } = entry as { readonly event?: LogEvent | null }
  if (event === undefined || event === null || !types.includes(event.type)) {
    throw malformed(`entry ${place} holds no event`, event?.type, `one of ${types.join(', ')}`)
  }
  if (event.type === 'trial-end' && !(Array.isArray(event.growth) && Array.isArray(event.evaluated) && Array.isArray(event.evaluations))) {
    throw malformed(`entry ${place} is no end of a trial`, Object.keys(event).join(', '), 'growth, evaluated and evaluations')
  }
  if (event.type === 'run-start' && typeof event.fingerprint !== 'object') {
    throw malformed(`entry ${place} is no start of a run`, event.fingerprint, 'a fingerprint')
  }
}

function restored(entries: readonly unknown[]): readonly LogEntry[] {
  try {
    return fromExactJson({ json: JSON.stringify(entries), marked: true }) as unknown as readonly LogEntry[]
  } catch (error) {
    throw malformed('it holds marks that mean nothing', undefined, 'a document written by `exportJson`', error)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed('it is no JSON', text, 'a document written by `exportJson`', error)
  }
}

function malformed(why: string, seen: unknown, wanted: string, cause?: unknown): BanyanError {
  return new BanyanError('E_TRACE_DOCUMENT', `this cannot be read as a run: ${why}`, {
    seen,
    wanted,
    ...(cause === undefined ? {} : { cause }),
  })
}
