// Errors for names that are not in a list, with the nearest that is: for searchers, front and command line.
import { BanyanError } from './errors.ts'

/** The nearest of `names` to `name`, for "did you mean"; undefined when none is near. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const ranked = names.map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
  ranked.sort((a, b) => a.distance - b.distance)
  const first = ranked[0]
  return first !== undefined && first.distance <= Math.max(2, Math.floor(name.length / 2)) ? first.candidate : undefined
}

/** The error for a name that is not in a list, with the nearest that is. */
export function unknownName(code: string, kind: string, name: string, names: readonly string[]): BanyanError {
  const near = nearest(name, names)
  return new BanyanError(code, `there is no ${kind} of that name`, {
    seen: name,
    wanted: `one of ${names.join(', ')}`,
    ...(near === undefined ? {} : { hint: `Did you mean ${JSON.stringify(near)}?` }),
  })
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}
