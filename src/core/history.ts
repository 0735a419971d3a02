// What a log says of a run that is opened again: its header, its outcomes, its calls. Pure.
import type { Json } from './common.ts'
import { canonical } from './digest.ts'
import { BanyanError } from './errors.ts'
import type { CallEnd, CallError, CallStart, Fingerprint, LogEvent, RunEnd, RunHeader, TrialEnd } from './events.ts'
import type { LogEntry } from './log.ts'

/** A call as far as the log knows it: begun, and perhaps ended. */
export interface RecordedCall {
  readonly start: CallStart
  end?: CallEnd | CallError
}

/** The code under which a cancelled call is recorded: its result is not known, so it is asked again. */
export const cancelledCall = 'E_CALL_CANCELLED'

export class History {
  header: RunHeader | undefined
  end: RunEnd | undefined
  /** How many events there are. */
  events = 0
  readonly outcomes: TrialEnd[] = []
  readonly #calls = new Map<string, RecordedCall>()

  constructor(entries: Iterable<LogEntry>) {
    for (const { event } of entries) {
      this.events++
      if (event.type === 'run-start') this.header = event
      else if (event.type === 'trial-end') this.outcomes.push(event)
      else if (event.type === 'run-end') this.end = event
      else if (event.type === 'call-start') this.#calls.set(callKey(event), { start: event })
      else if (event.type === 'call-end' || event.type === 'call-error') {
        const call = this.#calls.get(callKey(event))
        if (call !== undefined) call.end = event
      }
    }
  }

  call(trial: number, index: number): RecordedCall | undefined {
    return this.#calls.get(`${trial}:${index}`)
  }

  /** Calls that were begun and have no recorded result. */
  unanswered(): RecordedCall[] {
    return [...this.#calls.values()].filter((call) => call.end === undefined || isCancelled(call.end))
  }

  /** Results by what was asked, in ask order: what a fork may use again. */
  results(): Map<string, CallEnd[]> {
    const ends = [...this.#calls.values()].flatMap(({ end }) => (end?.type === 'call-end' ? [end] : []))
    ends.sort((a, b) => a.trial - b.trial || a.index - b.index)
    return Map.groupBy(ends, (end) => end.digest)
  }
}

export function isCancelled(end: CallEnd | CallError): boolean {
  return end.type === 'call-error' && end.error?.code === cancelledCall
}

/** What a log that cannot be understood is refused with; our own errors are kept. */
export function unreadable(runId: string, cause: unknown): unknown {
  if (BanyanError.isInstance(cause)) return cause
  return new BanyanError('E_RUN_UNREADABLE', `the log of the run ${runId} cannot be read: it is damaged, or was not written by Banyan`, {
    cause,
  })
}

/**
 * Refuses to go on with a run under other options than it was started with.
 * @throws `E_RUN_FINGERPRINT`, naming the first field that differs.
 */
export function checkFingerprint(recorded: Fingerprint, current: Fingerprint, runId: string): void {
  for (const field of new Set([...Object.keys(recorded), ...Object.keys(current)])) {
    const before = canonical(recorded[field] as Json | undefined)
    const now = canonical(current[field] as Json | undefined)
    if (before === now) continue
    throw new BanyanError('E_RUN_FINGERPRINT', `the run ${runId} was started with another ${field}`, {
      seen: now,
      wanted: before,
      hint: 'Resume with the same options, or fork the run to change something on purpose.',
    })
  }
}

function callKey(event: LogEvent & { trial: number; index: number }): string {
  return `${event.trial}:${event.index}`
}
