// Tokenisers for exactly the words or characters of given texts. Equal texts, in any order, give equal tokenisers.
import { characters } from './characters.ts'
import type { Tokeniser } from './tokeniser.ts'
import { words } from './words.ts'

/** The token that ends an answer; its number is the last. */
export const endToken = '<end>'

/**
 * A tokeniser of the words in some texts, and `<end>`.
 *
 * @throws BanyanError E_TOKENISER when there are none.
 * @example
 * wordsOf(['3 + 4 ;', '7 ;']).vocabulary // '+', '3', '4', '7', ';', '<end>'
 */
export function wordsOf(texts: Iterable<string>): Tokeniser {
  return words([...sorted(texts, (text) => text.match(/\S+/g) ?? []), endToken])
}

/** A tokeniser of the characters in some texts, and `<end>`. @throws BanyanError E_TOKENISER when there are none. */
export function charactersOf(texts: Iterable<string>): Tokeniser {
  return characters(sorted(texts, (text) => text).join(''), { specials: [endToken] })
}

function sorted(texts: Iterable<string>, parts: (text: string) => Iterable<string>): string[] {
  const found = new Set<string>()
  for (const text of texts) for (const part of parts(text)) found.add(part)
  found.delete(endToken)
  return [...found].sort()
}
