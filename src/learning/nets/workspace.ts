// Arrays that a net needs in passing when it works without a tape: kept from call to call, grown when more is needed.

/** Lends arrays by name. What an array holds is gone with the next call that takes the same name. */
export interface Workspace {
  /** An array of at least `length` numbers, with anything in it. */
  floats(name: string, length: number): Float32Array
}

/** @example const mixed = workspace().floats('mixed', rows * 3 * width) */
export function workspace(): Workspace {
  const arrays = new Map<string, Float32Array>()
  return {
    floats(name, length) {
      const kept = arrays.get(name)
      if (kept !== undefined && kept.length >= length) return kept
      const made = new Float32Array(Math.max(length, 2 * (kept?.length ?? 0)))
      arrays.set(name, made)
      return made
    },
  }
}
