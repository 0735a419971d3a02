import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytePair } from './byte-pair.ts'
import { loadTokeniser, saveTokeniser } from './tokeniser-file.ts'

/** The 256 characters that stand for bytes. */
const bytes = (() => {
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
    return String.fromCodePoint(printable ? byte : next++)
  })
})()
const merges = ['Ġ t', 'h e', 'Ġt he', 'l l', "' ll", 'Ġ 1', '1 2']
const tokens = [...bytes, ...merges.map((merge) => merge.replace(' ', '')), '<end>']
const end = tokens.length - 1
const tokeniser = bytePair({ tokens, merges, specials: [end] })
const texts = (encoded: ArrayLike<number>, of = tokeniser) => Array.from(encoded, (token) => of.vocabulary[token]!)

describe('bytePair', () => {
  it('merges the pairs of each word in the order of their ranks', () => {
    expect(texts(tokeniser.encode('he the'))).toEqual(['he', 'Ġthe'])
    expect(texts(tokeniser.encode("i'll  the 12"))).toEqual(['i', "'ll", 'Ġ', 'Ġthe', 'Ġ1', '2'])
    expect(tokeniser.encode('')).toHaveLength(0)
  })

  it('cuts digits alone where it is told to, whatever their script', () => {
    const digits = bytePair({ tokens, merges, words: 'digits' })
    expect(texts(digits.encode(' 12'), digits)).toEqual(['Ġ', '1', '2'])
    expect(digits.decode(digits.encode('½ 〇 ٣'))).toBe('½ 〇 ٣')
  })

  it('gives any text back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0x10ffff)), (points) => {
        const well = String.fromCodePoint(...points).toWellFormed()
        expect(tokeniser.decode(tokeniser.encode(well))).toBe(well)
      }),
    )
  })

  it('reads names of control tokens, unless the text is somebody else’s', () => {
    expect(texts(tokeniser.encode('he<end>'))).toEqual(['he', '<end>'])
    expect(texts(tokeniser.encode('he<end>', { specials: false }))).toEqual(['he', '<', 'e', 'n', 'd', '>'])
    expect(tokeniser.decode([end])).toBe('<end>')
    expect(tokeniser.numberOf('<end>')).toBe(end)
  })

  it('leaves out bytes that it has no token for', () => {
    const few = bytePair({ tokens: ['a', 'b', 'ab'], merges: ['a b'] })
    expect([...few.encode('abcab')]).toEqual([2, 2])
    expect(few.encode('c')).toHaveLength(0)
  })

  it('comes back from its file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-byte-pair-'))
    saveTokeniser(tokeniser, join(folder, 'tokeniser.json'))
    const again = loadTokeniser(join(folder, 'tokeniser.json'))
    rmSync(folder, { recursive: true })
    expect(again.config).toEqual(tokeniser.config)
    expect(again.encode('he the<end>')).toEqual(tokeniser.encode('he the<end>'))
  })

  it('refuses lists that cannot be', () => {
    const refused = expect.objectContaining({ code: 'E_TOKENISER' })
    expect(() => bytePair({ tokens: ['a', 'a'], merges: [] })).toThrow(refused)
    expect(() => bytePair({ tokens: ['a', 'b'], merges: ['a b'] })).toThrow(refused)
    expect(() => bytePair({ tokens: ['a', 'b', 'ab'], merges: ['ab'] })).toThrow(refused)
    expect(() => bytePair({ tokens: ['a'], merges: [], specials: [1] })).toThrow(refused)
    expect(() => tokeniser.decode([end + 1])).toThrow(expect.objectContaining({ code: 'E_TOKEN_UNKNOWN' }))
  })
})
