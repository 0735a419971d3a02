// Counts how many different tokens in their place (a token after all that comes before it) were seen: the nodes of a trie,
// of which only a 53-bit hash each is kept.

export interface DistinctTokens {
  /** Takes note of `tokens` after `before`. */
  add(before: readonly number[], tokens: readonly number[]): void
  /** Undefined once there are more than `limit`. */
  readonly count: number | undefined
}

/** @param limit Most that are counted (about 50 bytes each). Default one million. */
export function distinctTokens(limit = 1_000_000): DistinctTokens {
  const seen = new Set<number>()
  let full = false
  return {
    add(before, tokens) {
      if (full) return
      let high = 0x9e3779b9
      let low = 0x85ebca6b
      const step = (token: number) => {
        high = Math.imul((high ^ token) + 0x7f4a7c15, 0x85ebca6b)
        high ^= high >>> 15
        low = Math.imul((low ^ token ^ (high >>> 3)) + 0x165667b1, 0xc2b2ae35)
        low ^= low >>> 13
      }
      for (const token of before) step(token)
      for (const token of tokens) {
        step(token)
        seen.add((high >>> 0) * 2 ** 21 + (low >>> 11))
      }
      if (seen.size > limit) {
        full = true
        seen.clear()
      }
    },
    get count() {
      return full ? undefined : seen.size
    },
  }
}
