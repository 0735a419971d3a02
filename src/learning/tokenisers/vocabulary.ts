// A list of tokens with their numbers. It knows no texts.
import { BanyanError } from '../../core/errors.ts'

export interface Vocabulary {
  readonly tokens: readonly string[]
  /** Undefined when there is no such token. */
  numberOf(token: string): number | undefined
  /** @throws BanyanError E_TOKEN_UNKNOWN naming place and number, for one outside of the vocabulary. */
  textOf(number: number, place: number): string
}

/** @throws BanyanError E_TOKENISER for no tokens, an empty one, or two that are the same. */
export function vocabularyOf(kind: string, tokens: readonly string[]): Vocabulary {
  const numbers = new Map(tokens.map((token, number) => [token, number]))
  if (tokens.length === 0 || numbers.has(''))
    throw new BanyanError('E_TOKENISER', `${kind}: a vocabulary needs tokens, none of them empty`, { seen: tokens.slice(0, 5) })
  const twice = tokens.find((token, number) => numbers.get(token) !== number)
  if (twice !== undefined) throw new BanyanError('E_TOKENISER', `${kind}: a token is there twice`, { seen: twice })
  return {
    tokens,
    numberOf: (token) => numbers.get(token),
    textOf(number, place) {
      const text = tokens[number]
      if (text !== undefined) return text
      throw new BanyanError('E_TOKEN_UNKNOWN', `${kind}: the number at place ${place} is no token`, {
        seen: number,
        wanted: `whole numbers from 0 to ${tokens.length - 1}`,
      })
    },
  }
}
