// Cleaning, redaction and headers: the small readers that stand between a provider and a log.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beforeStop, cleanText } from './clean-text.ts'
import { redact } from './redact.ts'
import { readRetryAfter } from './retry-after.ts'

describe('cleanText', () => {
  it('leaves plain text alone', () => {
    for (const text of ['', 'Zwölf Boxkämpfer\n\tjagen\r\n', '数学 🌳']) expect(cleanText(text)).toEqual({ text, cut: false })
  })

  it('gives well-formed text without control characters, within its bound', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, bound) => {
        const clean = cleanText(text, bound)
        expect(clean.text.length).toBeLessThanOrEqual(bound)
        expect(clean.text.isWellFormed()).toBe(true)
        expect([...clean.text].some((char) => char < ' ' && !'\n\r\t'.includes(char))).toBe(false)
        expect(clean.cut).toBe(text.length > bound)
        expect(cleanText(clean.text, bound)).toEqual({ text: clean.text, cut: false })
      }),
    )
  })
})

describe('beforeStop', () => {
  it('ends before the first stop text', () => {
    expect(beforeStop('a b c', ['c', 'b'])).toBe('a ')
    expect(beforeStop('a', ['a'])).toBe('')
    expect(beforeStop('a b c', ['d', ''])).toBeUndefined()
    expect(beforeStop('a b c', undefined)).toBeUndefined()
  })
})

describe('redact', () => {
  it('keeps what helps', () => {
    expect(redact("Unsupported parameter: 'max_completion_tokens'", {})).toBe("Unsupported parameter: 'max_completion_tokens'")
    expect(redact('the model `tiny` does not exist', {})).toBe('the model `tiny` does not exist')
  })

  it('hides keys, addresses, control characters and lengths', () => {
    expect(redact('Incorrect API key provided: sk-abc', {})).toBe('Incorrect API key: [hidden]')
    expect(redact('Authorization: Bearer abc.def', {})).not.toMatch(/abc|def/)
    expect(redact('see https://user:pass@host/x?key=1 now', {})).toBe('see [address] now')
    expect(redact('got AAAAbbbb11112222cccc', {})).toBe('got [hidden]')
    expect(redact('my word is swordfish', { MY_API_KEY: 'swordfish', HOME: 'word is' })).toBe('my word is [hidden]')
    expect(redact('a\u001b[31m\nb', {})).toBe('a\uFFFD[31m b')
    expect(redact('ab '.repeat(999), {})).toHaveLength(200)
  })
})

describe('readRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  it.each([
    [{ 'retry-after': '2' }, 2000],
    [{ 'Retry-After': ' 1.5 ' }, 1500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:01:00 GMT' }, 0],
    [{ 'retry-after': '-3' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '1e99' }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('%j is %s ms', (headers, wait) => {
    expect(readRetryAfter(headers, now)).toBe(wait)
  })
})
