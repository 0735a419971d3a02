// Counts how the trials of a search ended, from its events: so that a search in which everything failed is not taken for one that found nothing.
import type { ErrorRecord } from '../core/errors.ts'
import type { LogEvent } from '../core/events.ts'

export interface TrialFailures {
  /** For the option `observe` of `search`. */
  observe(event: LogEvent): void
  readonly failed: number
  /** The last failure's error. */
  readonly last: ErrorRecord | undefined
  /** Calls of models that failed, whether their trial could do without them or not. */
  readonly calls: { readonly failed: number; readonly last: ErrorRecord | undefined }
  /** There were failures, and not one trial went well. */
  readonly allFailed: boolean
}

export function trialFailures(): TrialFailures {
  let well = 0
  let failed = 0
  let last: ErrorRecord | undefined
  const calls = { failed: 0, last: undefined as ErrorRecord | undefined }
  return {
    calls,
    observe(event) {
      if (event.type === 'call-error') {
        calls.failed++
        calls.last = event.error
      }
      if (event.type !== 'trial-end') return
      if (event.status === 'ok') well++
      if (event.status !== 'failed') return
      failed++
      last = event.error ?? last
    },
    get failed() {
      return failed
    },
    get last() {
      return last
    },
    get allFailed() {
      return failed > 0 && well === 0
    },
  }
}
