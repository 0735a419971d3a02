// A run under way: what opening, driving and finishing it share.
import type { Ledger } from './budget.ts'
import type { CheckedOptions } from './check-options.ts'
import { BanyanError } from './errors.ts'
import type { Stop } from './options.ts'
import type { Parts } from './parts.ts'
import type { Tree } from './tree.ts'
import type { CallDesk } from './trial-context.ts'

export interface Run<State, Action, Task, Answer> {
  readonly options: CheckedOptions<State, Action, Task, Answer>
  readonly parts: Parts<State, Action, Task, Answer>
  readonly desk: CallDesk
  readonly tree: Tree<State, Action>
  readonly ledger: Ledger
  /** The searcher's memory. */
  readonly memory: unknown
  /** Aborted when the work under way is to stop. */
  readonly stopping: AbortController
  /** How many trials were asked for. */
  trials: number
  /** The log is still being told. */
  reading: boolean
}

const timeIsOver = 'E_SEARCH_TIME'

/** The reason for which a search is stopped from outside: by its caller, or because its time is over. */
export function stopReason(cause: 'caller' | 'time'): BanyanError {
  return cause === 'time'
    ? new BanyanError(timeIsOver, 'the time of the budget is over')
    : new BanyanError('E_SEARCH_ABORTED', 'the search was stopped')
}

/** How a search ends that was stopped from outside; undefined when it was not. */
export function interruption({ signal }: AbortController): Stop | undefined {
  if (!signal.aborted) return undefined
  return signal.reason.code === timeIsOver ? { stopped: 'budget', unit: 'seconds' } : { stopped: 'aborted' }
}
