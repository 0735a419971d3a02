// One cell of a comparison: an arm on a task with a seed. What it leaves behind, under which key, and where it is kept.
import type { Amounts, Awaitable, Json } from '../core/common.ts'
import { digest } from '../core/digest.ts'
import type { ErrorRecord } from '../core/errors.ts'
import type { StopReason } from '../core/events.ts'

/** What a run of a search leaves for the comparison. */
export interface CellRun {
  /** The run in the runs database. */
  readonly runId?: string
  readonly answer: Json | undefined
  /** What the search itself believes; the grade decides. */
  readonly solved?: boolean
  readonly usage: Amounts
  readonly seconds: number
  readonly stopped: StopReason
  readonly error?: ErrorRecord
  /** Set when the run used the reference answer; it is refused. */
  readonly oracle?: 'training-label'
}

/** A graded run. */
export interface Cell {
  readonly runId?: string
  readonly answer?: Json
  readonly correct: boolean
  readonly reason?: string
  readonly usage: Amounts
  readonly seconds: number
  readonly stopped: StopReason
}

/** Where finished cells are kept, so that a comparison goes on where it stopped. Keys are digests. */
export interface CellStore {
  get(key: string): Awaitable<Cell | undefined>
  put(key: string, cell: Cell): Awaitable<void>
}

/** Everything that decides a cell. */
export interface CellIdentity {
  readonly arm: string
  readonly settings: Json
  readonly task: Json
  readonly reference: Json | undefined
  readonly grader: string
  readonly seed: number
  readonly budget: Json
  readonly model: string | undefined
}

/** The key of a cell: a digest, 32 hexadecimal digits. */
export function cellKey(identity: CellIdentity): string {
  return digest({ version: 1, ...identity })
}

/** A store in memory. */
export function memoryCells(): CellStore & { readonly size: number } {
  const cells = new Map<string, Cell>()
  return {
    get size() {
      return cells.size
    },
    get: (key) => cells.get(key),
    put(key, cell) {
      cells.set(key, cell)
    },
  }
}
