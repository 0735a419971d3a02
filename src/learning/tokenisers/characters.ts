// A token for each character (code point) of a closed list, and special tokens that no text is read as. A text comes back as it was.
import { BanyanError } from '../../core/errors.ts'
import type { Tokeniser } from './tokeniser.ts'
import { vocabularyOf } from './vocabulary.ts'

/** Options of `characters`. */
export interface CharactersOptions {
  /** Names of further tokens, such as `<end>`; their numbers follow those of the characters. Default: none. */
  readonly specials?: readonly string[]
}

/**
 * A tokeniser of characters.
 *
 * @param alphabet each character once, in the order of their numbers.
 * @throws BanyanError E_TOKENISER for alphabets that are empty or hold a character twice, and for specials of one character.
 * @example
 * const tokeniser = characters('0123456789+=', { specials: ['<end>'] })
 * tokeniser.encode('1+2=3') // 1, 10, 2, 11, 3
 */
export function characters(alphabet: string, { specials = [] }: CharactersOptions = {}): Tokeniser {
  const single = [...alphabet]
  const vocabulary = vocabularyOf('characters', [...single, ...specials])
  const short = specials.find((name) => [...name].length < 2)
  if (short !== undefined)
    throw new BanyanError('E_TOKENISER', 'characters: a special token has the name of a character', {
      seen: short,
      wanted: 'a longer name',
    })
  return {
    kind: 'characters',
    config: { alphabet, specials },
    vocabulary: vocabulary.tokens,
    encode(text) {
      let place = 0
      return Int32Array.from([...text], (character) => {
        const number = vocabulary.numberOf(character)
        if (number === undefined)
          throw new BanyanError('E_TOKEN_UNKNOWN', `characters: character ${place} is not in the vocabulary`, {
            seen: character,
            wanted: `one of ${single.length} known characters`,
          })
        place++
        return number
      })
    },
    decode: (tokens) => Array.from(tokens, vocabulary.textOf).join(''),
  }
}
