import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { characters } from './characters.ts'
import { charactersOf, wordsOf } from './of-texts.ts'
import { loadTokeniser, saveTokeniser } from './tokeniser-file.ts'
import { words } from './words.ts'

const failing = (code: string, text = '') => expect.objectContaining({ code, message: expect.stringContaining(text) })

describe('words', () => {
  const tokeniser = words(['?', ';', '+', '3', '4', '7'])

  it('reads a number for each word, and writes them with single blanks', () => {
    expect([...tokeniser.encode(' 3 +  4\n;')]).toEqual([3, 2, 4, 1])
    expect(tokeniser.decode([3, 2, 4, 1])).toBe('3 + 4 ;')
    expect(tokeniser.encode('')).toHaveLength(0)
  })

  it('comes back the same from texts and from tokens', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !/\s/.test(text))
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1 }), fc.array(fc.nat()), (list, picks) => {
        const some = words(list)
        const tokens = Int32Array.from(picks, (pick) => pick % list.length)
        expect(some.encode(some.decode(tokens))).toEqual(tokens)
      }),
    )
  })

  it('names place and word that it does not know', () => {
    expect(() => tokeniser.encode('3 + five')).toThrow(failing('E_TOKEN_UNKNOWN', 'word 2 (at character 4)'))
    expect(() => tokeniser.encode('3 + five')).toThrow(failing('E_TOKEN_UNKNOWN', '"five"'))
    expect(() => tokeniser.decode([3, 6])).toThrow(failing('E_TOKEN_UNKNOWN', 'place 1'))
    expect(() => tokeniser.decode([0.5])).toThrow(failing('E_TOKEN_UNKNOWN', 'place 0'))
  })

  it('refuses lists that cannot be read back', () => {
    for (const list of [[], [''], ['a', 'a'], ['a b']]) expect(() => words(list)).toThrow(failing('E_TOKENISER'))
  })
})

describe('characters', () => {
  const tokeniser = characters('01+=é🌳', { specials: ['<end>'] })

  it('reads a number for each character', () => {
    expect([...tokeniser.encode('1+🌳=é')]).toEqual([1, 2, 5, 3, 4])
    expect(tokeniser.vocabulary.indexOf('<end>')).toBe(6)
    expect(tokeniser.decode([0, 6])).toBe('0<end>')
  })

  it('gives every text back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const some = characters([...new Set(`a${text}`)].join(''))
        expect(some.decode(some.encode(text))).toBe(text)
      }),
    )
  })

  it('names place and character that it does not know', () => {
    expect(() => tokeniser.encode('🌳2')).toThrow(failing('E_TOKEN_UNKNOWN', 'character 1 '))
    expect(() => characters('aa')).toThrow(failing('E_TOKENISER'))
    expect(() => characters('a', { specials: ['b'] })).toThrow(failing('E_TOKENISER'))
  })
})

describe('tokenisers of texts', () => {
  it('know exactly what stands there, in one order', () => {
    expect(wordsOf(['7 ;', '3 + 4 ; <end>']).vocabulary).toEqual(['+', '3', '4', '7', ';', '<end>'])
    expect(wordsOf(['3 + 4 ;', '7 ;']).config).toEqual(wordsOf(['7 ;', '3 + 4 ;']).config)
    expect(charactersOf(['ba', 'cb']).vocabulary).toEqual(['a', 'b', 'c', '<end>'])
  })
})

describe('files of tokenisers', () => {
  it('are stable, give back the same tokeniser, and are refused when damaged', () => {
    const folder = mkdtempSync(join(tmpdir(), 'banyan-tokeniser-'))
    const path = join(folder, 'some.json')
    try {
      for (const tokeniser of [words(['b', 'a', '<end>']), characters('ba', { specials: ['<end>'] })]) {
        saveTokeniser(tokeniser, path)
        const before = readFileSync(path)
        const again = loadTokeniser(path)
        expect(again).toMatchObject({ kind: tokeniser.kind, vocabulary: ['b', 'a', '<end>'] })
        saveTokeniser(again, path)
        expect(readFileSync(path)).toEqual(before)
      }
      const kept = { format: 'banyan-tokeniser-1', kind: 'words', config: { tokens: ['a'] } }
      const damaged = [
        '{',
        '[]',
        { ...kept, format: 'x' },
        { ...kept, kind: 'bytes' },
        { ...kept, config: { tokens: [1] } },
        { ...kept, config: { tokens: [] } },
      ]
      for (const content of damaged) {
        writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
        expect(() => loadTokeniser(path)).toThrow(failing('E_TOKENISER_FILE'))
      }
      expect(() => loadTokeniser(join(folder, 'missing'))).toThrow(failing('E_FILE_READ'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
