// Whether two values are the same as data, without writing them as text: what a run that is read again is compared by.
import type { Json } from './common.ts'

/** Equal as JSON: the order of keys does not matter, and a key without a value counts as absent. */
export function sameData(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (!sameData(a[i], b[i])) return false
    return true
  }
  const one = a as { readonly [key: string]: Json | undefined }
  const other = b as { readonly [key: string]: Json | undefined }
  for (const key in one) if (!sameData(one[key], other[key])) return false
  for (const key in other) if (other[key] !== undefined && one[key] === undefined) return false
  return true
}
