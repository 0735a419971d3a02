// How well scores tell two kinds apart. It knows numbers only.

/**
 * Probability that a positive one has a greater score than a negative one, ties counting half: the area under the receiver operating
 * characteristic (Mann and Whitney 1947; Hanley and McNeil 1982). ½ is chance.
 *
 * @returns NaN without positives or without negatives.
 *
 * @example
 * areaUnderCurve([0.9, 0.4], [0.5, 0.1]) // 0.75
 */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number {
  const all = [...positives.map((score) => ({ score, positive: 1 })), ...negatives.map((score) => ({ score, positive: 0 }))]
  all.sort((a, b) => a.score - b.score)
  let wins = 0
  let below = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    let [tiedPositives, tiedNegatives] = [0, 0]
    for (; to < all.length && all[to]!.score === all[from]!.score; to++) {
      if (all[to]!.positive === 1) tiedPositives++
      else tiedNegatives++
    }
    wins += tiedPositives * (below + tiedNegatives / 2)
    below += tiedNegatives
    from = to
  }
  return wins / (positives.length * negatives.length)
}
