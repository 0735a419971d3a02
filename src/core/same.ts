// Whether two values are the same as data, without writing them as text: what a run that is read again is compared by.
import type { Json } from './common.ts'

/** Equal as JSON: the order of keys does not matter, and a key without a value counts as absent. */
export function sameData(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  // Lists as well: a list of another length has a key that the other lacks.
  const one = a as { readonly [key: string]: Json | undefined }
  const other = b as { readonly [key: string]: Json | undefined }
  for (const key in one) if (!sameData(one[key], other[key])) return false
  for (const key in other) if (other[key] !== undefined && one[key] === undefined) return false
  return true
}
