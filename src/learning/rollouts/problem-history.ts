// How often each problem was tried and solved. Plain counts, which can be written down and read again.
import { z } from 'zod'
import { BanyanError } from '../../core/errors.ts'

/** How often a problem was tried, and how often solved. */
export interface ProblemRecord {
  readonly tried: number
  readonly solved: number
}

/** Counts of tries and solutions by problem. */
export interface ProblemHistory {
  /** Counts attempts. @throws BanyanError E_ROLLOUT_OPTION unless `solved` is between 0 and `tried`. */
  add(problem: string, record: ProblemRecord): void
  /** Zeros for a problem that was never tried. */
  of(problem: string): ProblemRecord
  /** By problem, in the order in which they were first tried. */
  toJSON(): Readonly<Record<string, ProblemRecord>>
}

const counts = z.strictObject({ tried: z.int().min(0), solved: z.int().min(0) }).refine(({ tried, solved }) => solved <= tried, {
  message: 'more solved than tried',
})
const schema = z.record(z.string(), counts)

/**
 * A history, empty or as it was written down.
 *
 * @throws BanyanError E_ROLLOUT_HISTORY for records that are none.
 * @example
 * const history = problemHistory()
 * history.add('17', { tried: 8, solved: 3 })
 * JSON.stringify(history) // '{"17":{"tried":8,"solved":3}}'
 */
export function problemHistory(written: unknown = {}): ProblemHistory {
  const { success, data, error } = schema.safeParse(written)
  if (!success) {
    const [issue] = error.issues
    throw new BanyanError('E_ROLLOUT_HISTORY', `the history of problems cannot be read: ${issue!.path.join('.')}: ${issue!.message}`)
  }
  const records = new Map<string, ProblemRecord>(Object.entries(data))
  const of = (problem: string) => records.get(problem) ?? { tried: 0, solved: 0 }
  return {
    of,
    add(problem, { tried, solved }) {
      if (!counts.safeParse({ tried, solved }).success)
        throw new BanyanError('E_ROLLOUT_OPTION', 'problemHistory: these are no counts', {
          seen: { tried, solved },
          wanted: 'whole numbers from 0, not more solved than tried',
        })
      const before = of(problem)
      records.set(problem, { tried: before.tried + tried, solved: before.solved + solved })
    },
    toJSON: () => Object.fromEntries(records),
  }
}
