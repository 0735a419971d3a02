// The error for an option of the front door that cannot be used.
import { BanyanError } from '../core/errors.ts'

/** `E_FRONT_OPTION` with the value seen and the value wanted. */
export function optionError(option: string, seen: unknown, wanted: string, hint?: string): BanyanError {
  return new BanyanError('E_FRONT_OPTION', `the option ${JSON.stringify(option)} cannot be used`, {
    seen,
    wanted,
    ...(hint === undefined ? {} : { hint }),
    fatal: true,
  })
}
