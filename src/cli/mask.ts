// Takes the secrets of this process out of what it says: the values of the environment variables whose names speak of secrets, which a server or a
// model may repeat; and what may be secret in an address.
import { mask, textRedactor } from '../traces/redact.ts'

let masking: ((text: string) => string) | undefined

/** The text without the secrets of the environment, as they were when first asked. */
export function maskSecrets(text: string): string {
  masking ??= textRedactor()
  return masking(text)
}

/** An address, or what was meant to be one, without user, password and query. */
export function maskAddress(address: string): string {
  return address.replace(/\/\/[^/?#]*@/, `//${mask}@`).replace(/[?#].*$/s, `?${mask}`)
}
