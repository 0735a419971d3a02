// The contract of the log: where the events of runs are kept, in order, once. Stores in `traces/` implement it.
import type { Awaitable } from './common.ts'
import type { LogEvent } from './events.ts'

/** An event with its place in its run: 0, 1, 2 … without gaps. */
export interface LogEntry {
  readonly sequence: number
  readonly event: LogEvent
}

/**
 * Append-only logs of runs.
 *
 * A run's events form one sequence. Only one writer holds a run at a time: `acquire` refuses a second one while the first lives,
 * and `append` refuses a writer whose expected sequence is not the next (`E_LOG_CONFLICT`).
 */
export interface Log {
  /**
   * Takes the right to write a run; `token` names the writer. Runs need not exist before.
   * @throws `E_RUN_BUSY` when another living writer holds it.
   */
  acquire(runId: string): Awaitable<string>
  /** Gives the right back. */
  release(runId: string, token: string): Awaitable<void>
  /**
   * Appends events in one transaction: all of them are kept, or none. When it returns, a killed process no longer loses them.
   * @returns the next expected sequence.
   * @throws `E_LOG_CONFLICT` when `expectedSequence` is not the next or `token` no longer holds the run; `E_STORE_FULL`, `E_STORE_DAMAGED`.
   */
  append(runId: string, token: string, expectedSequence: number, events: readonly LogEvent[]): Awaitable<number>
  /** Entries from `from` (default 0), in order; empty for a run that is not there. */
  read(runId: string, from?: number): Awaitable<Iterable<LogEntry>>
}

/** A log that keeps nothing. */
export const nowhere: Log = {
  acquire: () => '',
  release: () => {},
  append: (_runId, _token, expectedSequence, events) => expectedSequence + events.length,
  read: () => [],
}
