// Ids of runs: random and fixed in form, or a user's own words. It knows nothing of stores.
import { BanyanError } from '../core/errors.ts'

/** Crockford's base32 in lower case: no i, l, o, u, so that an id can be read aloud. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const form = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/**
 * A new id: 16 characters, 80 random bits.
 * @example
 * newRunId() // 'k3v0m8zq4r1t9xwe'
 */
export function newRunId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => alphabet[byte & 31]).join('')
}

/** Whether a text may name a run: letters, digits, `-`, `_`, `.`; at most 64, the first a letter or a digit. */
export function isRunId(text: unknown): text is string {
  return typeof text === 'string' && form.test(text)
}

/** Refuses what is no run id. @throws `E_RUN_ID`. */
export function requireRunId(text: string): void {
  if (isRunId(text)) return
  throw new BanyanError('E_RUN_ID', 'this cannot name a run', {
    seen: text,
    wanted: 'letters, digits, "-", "_" and ".", at most 64, beginning with a letter or a digit',
  })
}
