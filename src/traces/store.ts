// The contract of a store: a log of runs that can also be listed, summed up and erased.
import type { Awaitable } from '../core/common.ts'
import type { Log } from '../core/log.ts'
import type { RunSummary } from './summary.ts'

/** Which runs to list. */
export interface ListOptions {
  /** Most runs, newest first. Default 50. */
  readonly limit?: number
  /** Also runs that are a part of another (relation `child`). Default false. */
  readonly parts?: boolean
}

/**
 * Logs of runs, with what a person wants to know about them.
 *
 * Every record is redacted before it is written (`redact.ts`). A store may be shared by several processes; a run is written by one at a time.
 * Errors: those of {@link Log}, and `E_RUN_ID` (a name that cannot name a run), `E_STORE_CLOSED`, `E_STORE_WRITE` (opened for reading,
 * or the file cannot be written), `E_STORE_BUSY` (another process keeps the file locked).
 */
export interface Store extends Log, AsyncDisposable {
  readonly name: string
  /** Newest first. */
  list(options?: ListOptions): Awaitable<readonly RunSummary[]>
  /** What is known of one run; undefined when it is not there. */
  summary(runId: string): Awaitable<RunSummary | undefined>
  /** Runs whose parent is this one, parts and forks, oldest first. */
  children(runId: string): Awaitable<readonly RunSummary[]>
  /**
   * Erases a run and the runs that are parts of it, so that nothing of them can be read any more; forks stay.
   * @returns the ids that were erased; empty when the run is not there.
   * @throws `E_RUN_BUSY` when one of them is being written.
   */
  remove(runId: string): Awaitable<readonly string[]>
  /** Gives back all that this store holds. Afterwards `release` does nothing, and every other method throws `E_STORE_CLOSED`. May be called twice. */
  close(): Awaitable<void>
}
