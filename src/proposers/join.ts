// Joins what several askings proposed: equal candidates become one that has the share of all of them.
import type { Candidate } from '../core/proposer.ts'

/** What one asking for `count` samples brought. */
export interface Batch<Action> {
  readonly candidates: readonly Candidate<Action>[]
  readonly count: number
}

/**
 * One candidate for each key, in the order first met; of equal ones the first, with their priors summed. A prior is the share among all that was
 * asked for, what was dropped included, so that it says how often a policy would choose the action.
 *
 * @param keys of all candidates, batch after batch; equal keys are the same action.
 * @param known keys that are left out, because they were proposed before.
 */
export function joined<Action>(
  batches: readonly Batch<Action>[],
  keys: readonly string[],
  known: ReadonlySet<string>,
): Candidate<Action>[] {
  const [first] = batches
  const all = batches.flatMap(({ candidates }) => candidates)
  // Where nothing is joined and no prior is known, none is made up.
  if (batches.length === 1 && new Set(keys).size === keys.length && !keys.some((key) => known.has(key))) return [...first!.candidates]
  const asked = batches.reduce((sum, { count }) => sum + count, 0)
  const shares = batches.flatMap(({ candidates, count }) =>
    candidates.map(({ prior }) => ((prior ?? 1 / candidates.length) * count) / asked),
  )
  const byKey = new Map<string, { readonly candidate: Candidate<Action>; prior: number }>()
  for (const [index, candidate] of all.entries()) {
    const key = keys[index]!
    const same = byKey.get(key)
    if (same !== undefined) same.prior += shares[index]!
    else if (!known.has(key)) byKey.set(key, { candidate, prior: shares[index]! })
  }
  return [...byKey.values()].map(({ candidate, prior }) => ({ ...candidate, prior: Math.min(1, prior) }))
}
