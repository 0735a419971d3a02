// The Wilson score interval of a proportion. It knows nothing of experiments.

/** Standard normal quantiles for two-sided confidence levels. */
const quantiles: ReadonlyMap<number, number> = new Map([
  [0.8, 1.2815515655446004],
  [0.9, 1.6448536269514722],
  [0.95, 1.959963984540054],
  [0.99, 2.5758293035489004],
])

/** Levels of confidence for which intervals are made. */
export type Confidence = 0.8 | 0.9 | 0.95 | 0.99

/**
 * Lower and upper bound of a success probability, both in [0, 1]: (p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n),
 * without continuity correction (E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
 * Journal of the American Statistical Association 22, 1927).
 *
 * @param successes 0 to `trials`.
 * @param trials whole number; 0 gives [0, 1].
 * @param confidence default 0.95.
 * @throws `RangeError` for counts that are no counts.
 *
 * @example
 * wilson(8, 10) // [0.490…, 0.943…]
 */
export function wilson(successes: number, trials: number, confidence: Confidence = 0.95): [number, number] {
  if (!Number.isInteger(trials) || trials < 0) throw new RangeError(`trials is ${trials}; wanted a whole number from 0`)
  if (!Number.isInteger(successes) || successes < 0 || successes > trials)
    throw new RangeError(`successes is ${successes}; wanted a whole number from 0 to ${trials}`)
  const z = quantiles.get(confidence)
  if (z === undefined) throw new RangeError(`confidence is ${confidence}; wanted one of ${[...quantiles.keys()].join(', ')}`)
  if (trials === 0) return [0, 1]
  const rate = successes / trials
  const centre = rate + (z * z) / (2 * trials)
  const spread = z * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials))
  const scale = 1 + (z * z) / trials
  return [successes === 0 ? 0 : Math.max(0, (centre - spread) / scale), successes === trials ? 1 : Math.min(1, (centre + spread) / scale)]
}
