import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endsFinished, paragraphs, sentences, settledWords, words } from './text.ts'

const texts = fc.array(
  fc.constantFrom(
    'a',
    'Dog',
    'dr',
    'Mr',
    "it's",
    'well-fed',
    '3',
    '.',
    '.',
    '!',
    '?',
    '…',
    ',',
    '"',
    '”',
    ' ',
    ' ',
    '\n',
    '\n\n',
    '-',
    "'",
    'é',
    '😀',
  ),
  {
    maxLength: 25,
  },
)

describe('words', () => {
  it('keeps hyphens, apostrophes and decimals together', () => {
    expect(words('The dog’s well-fed, and weighs 3.5 kg.').map(({ text }) => text)).toEqual([
      'the',
      "dog's",
      'well-fed',
      'and',
      'weighs',
      '3.5',
      'kg',
    ])
  })

  it('reads clitics and parts of compounds', () => {
    expect(words("dog's")[0]?.readings).toEqual(["dog's", 'dog'])
    expect(words('make-up')[0]?.readings).toEqual(['make-up', 'makeup', 'make', 'up'])
    expect(words("can't")[0]?.readings).toEqual(["can't"])
  })
})

describe('sentences', () => {
  it.each([
    ['Dr. Smith met Mr. J. Doe.', 1],
    ['A dog barks. A cat runs!', 2],
    ['He paid 3.50 for it. Good.', 2],
    ['"Stop!" he said. She did.', 2],
    ['Well... maybe not.', 1],
    ['the dog ran. the cat sat.', 2],
    ['At 5 p.m. the dog ate.', 1],
    ['It was I. He left.', 2],
    ['What?! No.', 2],
    ['... . !', 0],
  ])('%s: %i', (text, count) => {
    expect(sentences(text)).toMatchObject({ finished: { length: count }, unfinished: [] })
  })

  it('tells what is not finished', () => {
    expect(sentences('A dog barks. A cat')).toEqual({ finished: ['A dog barks.'], unfinished: ['A cat'] })
    expect(sentences('Title\n\nText.')).toEqual({ finished: ['Text.'], unfinished: ['Title'] })
  })

  it('knows when an end is final', () => {
    expect(['A dog.', 'A dog!"', 'He met Mr.', 'It costs 3.', 'Well...', 'A dog'].map(endsFinished)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ])
  })
})

describe('prefixes', () => {
  it('never have more words, sentences or paragraphs than the text, and settled words stay', () => {
    fc.assert(
      fc.property(texts, (parts) => {
        const text = parts.join('')
        const all = words(text)
        const count = (part: string) => sentences(part).finished.length + sentences(part).unfinished.length
        for (let length = 0; length <= text.length; length++) {
          const prefix = text.slice(0, length)
          expect(words(prefix).length).toBeLessThanOrEqual(all.length)
          expect(count(prefix)).toBeLessThanOrEqual(count(text))
          expect(paragraphs(prefix).length).toBeLessThanOrEqual(paragraphs(text).length)
          const settled = settledWords(prefix)
          expect(settled).toEqual(all.slice(0, settled.length))
        }
      }),
      { numRuns: 500 },
    )
  })
})
