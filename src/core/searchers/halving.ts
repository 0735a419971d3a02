// Sequential halving (Karnin, Koren and Somekh 2013) as a schedule: how often the candidates that are left are visited in each phase.

/** One phase of a schedule. */
export interface Phase {
  /** Candidates that are left. */
  readonly considered: number
  /** Visits for each of them in this phase. The last phase may be cut short by the number of simulations. */
  readonly visits: number
}

/**
 * The phases for m candidates and n simulations, as in Gumbel AlphaZero: ⌈log2 m⌉ phases share n alike, each halving the candidates, and
 * what rounding leaves over goes to the last two. No phase visits a candidate less than once, so with few simulations the last phases fall away.
 *
 * @param considered m, at least 1.
 * @param simulations n, at least 1.
 *
 * @example
 * halving(4, 16) // [{ considered: 4, visits: 2 }, { considered: 2, visits: 4 }]
 */
export function halving(considered: number, simulations: number): Phase[] {
  if (considered <= 1) return [{ considered: 1, visits: simulations }]
  const phases = Math.ceil(Math.log2(considered))
  const schedule: Phase[] = []
  let remaining = considered
  for (let left = simulations; left > 0; ) {
    const visits = Math.max(1, Math.floor(simulations / (phases * remaining)))
    schedule.push({ considered: remaining, visits })
    left -= visits * remaining
    remaining = Math.max(2, Math.floor(remaining / 2))
  }
  return schedule
}
