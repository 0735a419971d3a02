import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleText } from './sample-text.ts'

/** A tokenizer whose tokens are bytes. */
const bytes = { detokenize: (tokens: readonly number[]) => Buffer.from(tokens).toString('utf8') }
const said = (text: string | Uint8Array, stop: string[] = [], before: number[] = []) => {
  const sample = sampleText(bytes, before, stop)
  for (const byte of Buffer.from(text as string)) if (sample.add(byte)) break
  return sample
}

describe('sampleText', () => {
  it('puts characters together from their bytes', () => {
    const sample = said('café 😀')
    expect(sample.text).toBe('café 😀')
    expect(sample.length).toBe(10)
  })

  it('leaves out a character that has not ended, and its tokens', () => {
    const sample = said(Buffer.from('ab😀').subarray(0, 5))
    expect(sample.text).toBe('ab')
    expect(sample.length).toBe(2)
  })

  it('ends before the first stop text, also one that is said in several tokens', () => {
    const sample = said('one\n\ntwo.', ['.', '\n\n'])
    expect(sample.text).toBe('one')
    expect(sample.length).toBe(3)
    expect(sample.whole.text).toBe('one\n\n')
  })

  it('says nothing when it begins with a stop text', () => {
    expect(said('.a', ['.'])).toMatchObject({ text: '', length: 0 })
  })

  it('ignores an empty stop text', () => {
    expect(said('abc', ['']).text).toBe('abc')
  })

  it('gives any text back, however its bytes are cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (text, cut) => {
        const all = Buffer.from(text)
        const end = all.length === 0 ? 0 : cut % (all.length + 1)
        const sample = said(all.subarray(0, end))
        expect(text.startsWith(sample.text)).toBe(true)
        expect(Buffer.byteLength(sample.text)).toBe(sample.length)
        expect(end - sample.length).toBeLessThan(4)
      }),
    )
  })

  it('never ends with a broken character, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (input) => {
        const sample = said(input)
        expect(sample.text).not.toMatch(/\ufffd$/)
        expect(sample.text.isWellFormed()).toBe(true)
        expect(sample.length).toBeLessThanOrEqual(input.length)
      }),
    )
  })
})
