// The name that weights have by their numbers.
import { createHash } from 'node:crypto'
import type { Parameter } from '../tensor/tensor.ts'

/** SHA-256 over names, shapes and numbers, in their order: 64 hexadecimal digits. Equal weights, equal digests, on machines of one byte order. */
export function parametersDigest(parameters: readonly Parameter[]): string {
  const hash = createHash('sha256')
  for (const { name, shape, data } of parameters) {
    hash.update(`${name}\0${shape.join(',')}\0`)
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return hash.digest('hex')
}
