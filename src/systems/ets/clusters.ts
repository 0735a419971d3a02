// Groups texts that say about the same: hashed n-grams as vectors, and agglomerative clustering of them.

/** A text as a unit vector of its character n-grams, 1 to 3 long, each hashed to a place. */
export function hashedVector(text: string, places = 256): Float64Array {
  const vector = new Float64Array(places)
  const padded = ` ${text} `
  for (let length = 1; length <= 3; length++)
    for (let from = 0; from + length <= padded.length; from++) vector[hash(padded.slice(from, from + length)) % places]!++
  const norm = Math.hypot(...vector)
  return norm === 0 ? vector : vector.map((value) => value / norm)
}

/**
 * Clusters of unit vectors: the two clusters with the least mean cosine distance are joined, again and again, as long as it is at most
 * `threshold` (average linkage; Sokal and Michener 1958).
 *
 * @returns for each vector the number of its cluster, from 0, in the order of first members.
 * @example
 * clusters([hashedVector('+ 3 5'), hashedVector('+ 3 5'), hashedVector('- 3 1')], 0.05) // [0, 0, 1]
 */
export function clusters(vectors: readonly Float64Array[], threshold: number): number[] {
  const distance = vectors.map((one) => vectors.map((other) => 1 - one.reduce((sum, value, at) => sum + value * other[at]!, 0)))
  let groups = vectors.map((_, at) => [at])
  while (groups.length > 1) {
    let nearest = { first: 0, second: 0, distance: Number.POSITIVE_INFINITY }
    for (const [first, group] of groups.entries())
      for (let second = first + 1; second < groups.length; second++) {
        const mean = linkage(group, groups[second]!, distance)
        if (mean < nearest.distance) nearest = { first, second, distance: mean }
      }
    // Rounding alone may put equal texts a little apart.
    if (nearest.distance > threshold + 1e-12) break
    const joined = [...groups[nearest.first]!, ...groups[nearest.second]!]
    groups = groups.map((group, at) => (at === nearest.first ? joined : group)).filter((_, at) => at !== nearest.second)
  }
  const numbers: number[] = []
  for (const [number, group] of groups.entries()) for (const member of group) numbers[member] = number
  return numbers
}

function linkage(first: readonly number[], second: readonly number[], distance: readonly (readonly number[])[]): number {
  let sum = 0
  for (const one of first) for (const other of second) sum += distance[one]![other]!
  return sum / (first.length * second.length)
}

/** 32-bit FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}
