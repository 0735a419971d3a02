// Shares out a width among nodes by their rewards (REBASE, Wu et al. 2024). A pure piece: it knows no tree.

/**
 * How many children each node gets, in the order given; they add up to `width`.
 *
 * Wu et al. 2024 (arXiv:2408.00724, section 3.2): W_j = Round(B · exp(R_j / T) / Σ_k exp(R_k / T)). Rounding each by itself seldom adds up to
 * B, so the greatest rewards come first and each takes the share of what is left, rounded up, as the authors' program does.
 *
 * @param rewards at least one; -∞ gets nothing unless all are.
 * @param width children to share out: a whole number of at least 0.
 * @param temperature T, above 0: small gives all to the best, large gives all the same.
 *
 * @example
 * balancedWidths([0.9, 0.5, 0.1], 8, 0.5) // [5, 3, 0]
 */
export function balancedWidths(rewards: readonly number[], width: number, temperature: number): number[] {
  const greatest = Math.max(...rewards)
  // Of infinite rewards, and where all are -∞, nothing but equality is known.
  const weights = rewards.map((reward) => (reward === greatest ? 1 : Math.exp((reward - greatest) / temperature)))
  const order = rewards.map((_, index) => index).sort((a, b) => rewards[b]! - rewards[a]! || a - b)
  /** Sum of the weights from a place of the order to its end, added up from the small ones. */
  const rest = new Float64Array(order.length + 1)
  for (let place = order.length - 1; place >= 0; place--) rest[place] = rest[place + 1]! + weights[order[place]!]!
  const widths = rewards.map(() => 0)
  let left = width
  let most = width
  for (const [place, index] of order.entries()) {
    const share = rest[place] === 0 ? 0 : weights[index]! / rest[place]!
    most = Math.min(left, most, Math.max(0, Math.ceil(left * share - tolerance)))
    widths[index] = most
    left -= most
  }
  // Rounding errors alone would let a smaller reward have one more than a greater: the first have it instead.
  for (let place = 0; left > 0; place++, left--) widths[order[place % order.length]!]!++
  return widths
}

/** A share that exceeds a whole number by rounding errors alone is that number. */
const tolerance = 1e-9
