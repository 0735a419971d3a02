// Digests of data: names for equality, not for trust. Who must not be deceived compares the canonical texts themselves.
import type { Json } from './common.ts'
import { Hash } from './hash.ts'

/** The JSON text of a value with its keys in order, so that equal values have equal texts. Undefined fields are left out. */
export function canonical(value: Json | undefined): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item as Json)).join(',')}]`
  const object = value as { readonly [key: string]: Json | undefined }
  const fields = Object.keys(object).filter((key) => object[key] !== undefined)
  fields.sort()
  return `{${fields.map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`).join(',')}}`
}

/** A 128-bit hash of a value's canonical text: 32 hexadecimal digits. Equal values have equal digests; it is not cryptographic. */
export function digest(value: Json): string {
  const hash = new Hash()
  hash.addText(canonical(value))
  return hash.digest()
}
