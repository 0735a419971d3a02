// From the results of comparisons in pairs to a value for each item. Pure arithmetic; it knows nothing of judges.

/** How the comparisons of a group become values. */
export type PairScoring = 'bradley-terry' | 'copeland'

/** `wins[i][j]`: how much of the comparisons of i and j item i has won, at least 0; a tie is half for each. */
export type Wins = readonly (readonly number[])[]

/**
 * Values in [0, 1], one for each item, 0.5 for an item that was never compared.
 *
 * - `copeland`: the share of the others that it beats in the majority of their comparisons; a tie counts half (A. H. Copeland, 1951).
 *   Others with which it was never compared are left out.
 * - `bradley-terry`: the mean over the others of p_i / (p_i + p_j), where p are the strengths under which the results are the likeliest
 *   (R. A. Bradley and M. E. Terry, Biometrika 39, 1952), by the iteration p_i ← w_i / Σ_j n_ij / (p_i + p_j) (D. R. Hunter, Annals of
 *   Statistics 32, 2004, equation 3). `prior` ties are added to every pair that was compared, so that an item that won or lost everything has a finite strength.
 */
export function valuesOfWins(wins: Wins, scoring: PairScoring, prior = 0.5): readonly number[] {
  const items = wins.map((_, index) => index)
  const rivals = items.map((i) => items.filter((j) => j !== i && wins[i]![j]! + wins[j]![i]! > 0))
  const mean = (i: number, share: (j: number) => number) =>
    rivals[i]!.length === 0 ? 0.5 : rivals[i]!.reduce((sum, j) => sum + share(j), 0) / rivals[i]!.length
  if (scoring === 'copeland') return items.map((i) => mean(i, (j) => (Math.sign(wins[i]![j]! - wins[j]![i]!) + 1) / 2))
  const strengths = strengthsOf(wins, rivals, prior)
  return items.map((i) => mean(i, (j) => strengths[i]! / (strengths[i]! + strengths[j]!)))
}

function strengthsOf(wins: Wins, rivals: readonly (readonly number[])[], prior: number): readonly number[] {
  const won = rivals.map((own, i) => own.reduce((sum, j) => sum + wins[i]![j]! + prior / 2, 0))
  let strengths = wins.map(() => 1)
  for (let round = 0; round < mostRounds; round++) {
    const next = rivals.map((own, i) => {
      const sum = own.reduce((total, j) => total + (wins[i]![j]! + wins[j]![i]! + prior) / (strengths[i]! + strengths[j]!), 0)
      return sum === 0 ? 1 : won[i]! / sum
    })
    // Only ratios mean something: the geometric mean is kept at 1.
    const scale = Math.exp(next.reduce((sum, strength) => sum + Math.log(strength), 0) / next.length)
    const scaled = next.map((strength) => strength / scale)
    const change = Math.max(...scaled.map((strength, i) => Math.abs(Math.log(strength / strengths[i]!))))
    strengths = scaled
    if (change < 1e-9) break
  }
  return strengths
}

const mostRounds = 10_000
