// Shapes of evaluators: groups of nodes as one list and back, and waiting for several calls.

/** Gives every item of a flat list of results back to its group. */
export function perGroup<Item, Result>(groups: readonly (readonly Item[])[], results: readonly Result[]): Result[][] {
  let start = 0
  return groups.map((group) => {
    start += group.length
    return results.slice(start - group.length, start)
  })
}

/**
 * Waits until all have ended, so that no call outlives its trial.
 * @throws what the first of them (in their order, not in time) threw.
 */
export async function allEnded<Result>(promises: readonly Promise<Result>[]): Promise<Result[]> {
  const ended = await Promise.allSettled(promises)
  return ended.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
