// How far two texts are apart, as far as one wants to know. Pure.

/**
 * Whether two texts differ in at least so large a share of the longer one: Levenshtein distance / length ≥ `share`, in UTF-16 units.
 * Equal texts never do. Only a band of the table is computed, as wide as the distance that would do (Ukkonen 1985).
 * @param share in [0, 1]; 0: any difference will do.
 * @example
 * apart('8 - 3 = 5', '8 - 4 = 4', 0.2) // true: 2 of 9
 */
export function apart(first: string, second: string, share: number): boolean {
  if (first === second) return false
  const longest = Math.max(first.length, second.length)
  const wanted = Math.ceil(share * longest - 1e-9)
  return wanted <= 1 || distanceReaches(first, second, wanted)
}

/** Whether the distance is at least `wanted`. */
function distanceReaches(first: string, second: string, wanted: number): boolean {
  if (Math.abs(first.length - second.length) >= wanted) return true
  const most = wanted - 1
  let previous = new Int32Array(second.length + 1).map((_, j) => j)
  let row = new Int32Array(second.length + 1)
  for (let i = 1; i <= first.length; i++) {
    const from = Math.max(1, i - most)
    const to = Math.min(second.length, i + most)
    row[from - 1] = from === 1 ? i : wanted
    let least = row[from - 1]!
    for (let j = from; j <= to; j++) {
      const above = j < i + most ? previous[j]! + 1 : wanted
      const changed = previous[j - 1]! + (first.charCodeAt(i - 1) === second.charCodeAt(j - 1) ? 0 : 1)
      const value = Math.min(above, changed, row[j - 1]! + 1)
      row[j] = value
      if (value < least) least = value
    }
    if (least >= wanted) return true
    ;[previous, row] = [row, previous]
  }
  return previous[second.length]! >= wanted
}
