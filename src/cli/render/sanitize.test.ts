import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sanitize } from './sanitize.ts'

it('takes out what could move, colour, retitle or reorder a terminal', () => {
  expect(sanitize('\u001b[31mred\u001b[0m')).toBe('red')
  expect(sanitize('\u001b]0;owned\u0007title')).toBe('title')
  expect(sanitize('\u001b]8;;https://example.org\u0007link\u001b]8;;\u0007')).toBe('link')
  expect(sanitize('\u009b2Jcleared?')).toBe('cleared?')
  expect(sanitize('a\u0000b\u0007c\u007fd\u0085e')).toBe('abcd e')
  expect(sanitize('safe\u202etxt.exe\u202c \u2066x\u2069\u200f')).toBe('safetxt.exe x')
})

it('keeps line ends where asked, as one kind', () => {
  expect(sanitize('one\ntwo\r\nthree\rfour\tfive')).toBe('one two three four five')
  expect(sanitize('one\ntwo\r\nthree\rfour\u2028five', { newlines: true })).toBe('one\ntwo\nthree\nfour\nfive')
})

it('leaves ordinary text of any script alone', () => {
  for (const text of ['naïve café', '树搜索', 'עברית', '👩‍👩‍👧 tree', '24 = (1 + 3) × 6']) expect(sanitize(text)).toBe(text)
  expect(sanitize('half \ud800 pair')).toBe('half \ufffd pair')
})

it('leaves no control character, whatever comes, and nothing to do a second time', () => {
  const special = fc.constantFrom('\u001b', '[', ']', 'm', '\u0007', '\n', '\r', '\u202e', ';', '\u009c')
  const nasty = fc
    .array(
      fc.oneof(
        special,
        fc.nat(0xffff).map((code) => String.fromCharCode(code)),
      ),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(nasty, (text) => {
      const clean = sanitize(text)
      expect(clean).not.toMatch(/\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u)
      expect(sanitize(clean)).toBe(clean)
      expect(sanitize(text, { newlines: true })).not.toMatch(/(?!\n)\p{Cc}/u)
    }),
  )
})
