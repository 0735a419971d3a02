import { expect, it } from 'vitest'
import { maskAddress } from './mask.ts'

it('shows where an address leads, and nothing that may be secret in it', () => {
  expect(maskAddress('https://host/v1')).toBe('https://host/v1')
  expect(maskAddress('https://me:secret@host:80/v1?key=secret#more')).toBe('https://[redacted]@host:80/v1?[redacted]')
  expect(maskAddress('htp://a@b:c@host')).toBe('htp://[redacted]@host')
  expect(maskAddress('//me:secret@host\n?key=se\ncret')).toBe('//[redacted]@host\n?[redacted]')
  expect(maskAddress('localhost')).toBe('localhost')
})
