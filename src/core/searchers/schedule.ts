// Lengths of rounds for searches that begin again: how long each may go on before it is given up.

/**
 * The i-th term (from 0) of the sequence 1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8 … (Luby, Sinclair and Zuckerman 1993, "Optimal speedup of
 * Las Vegas algorithms"): t_i = 2^(k-1) where i = 2^k - 1, else t_(i - 2^(k-1) + 1) where 2^(k-1) <= i < 2^k - 1, with i from 1.
 */
export function luby(index: number): number {
  let i = index + 1
  for (;;) {
    let power = 1
    while (2 * power - 1 < i) power *= 2
    if (i === 2 * power - 1) return power
    i -= power - 1
  }
}

/** How the lengths of rounds go on from a first one. */
export const schedules = {
  /** All rounds are as long as the first. */
  fixed: () => 1,
  /** See {@link luby}; the least wasteful where nothing is known of how long a lucky round takes. */
  luby: (round: number) => luby(round),
  /** Each is `factor` times as long as the one before. */
  geometric: (round: number, factor: number) => factor ** round,
} as const
