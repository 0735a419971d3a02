// A token for each word of a closed list: for tasks whose words are all known. Words are what blanks separate; a text comes back with single
// blanks. Numbers, signs and names are words like any other.
import { BanyanError } from '../../core/errors.ts'
import type { Tokeniser } from './tokeniser.ts'
import { vocabularyOf } from './vocabulary.ts'

/**
 * A tokeniser of words.
 *
 * @param words in the order of their numbers; none contains a blank.
 * @throws BanyanError E_TOKENISER for lists that are empty, hold a word twice, or one with a blank inside.
 * @example
 * const tokeniser = words(['?', ';', '+', '3', '4', '7'])
 * tokeniser.encode('3 + 4 ;') // 3, 2, 4, 1
 */
export function words(words: readonly string[]): Tokeniser {
  const vocabulary = vocabularyOf('words', words)
  const split = words.find((word) => /\s/.test(word))
  if (split !== undefined) throw new BanyanError('E_TOKENISER', 'words: a word contains a blank', { seen: split })
  return {
    kind: 'words',
    config: { tokens: words },
    vocabulary: words,
    encode(text) {
      const found: number[] = []
      for (const { 0: word, index } of text.matchAll(/\S+/g)) {
        const number = vocabulary.numberOf(word)
        if (number === undefined)
          throw new BanyanError('E_TOKEN_UNKNOWN', `words: word ${found.length} (at character ${index}) is not in the vocabulary`, {
            seen: word,
            wanted: `one of ${words.length} known words`,
          })
        found.push(number)
      }
      return Int32Array.from(found)
    },
    decode: (tokens) => Array.from(tokens, vocabulary.textOf).join(' '),
  }
}
