// The contract of a tokeniser: texts to numbers and back. It knows no net.
import type { Json } from '../../core/common.ts'

/** Texts as tokens, and back. */
export interface Tokeniser {
  /** Which factory reads `config`: `words`, `characters` … */
  readonly kind: string
  /** All that is needed to make it again; goes into files. */
  readonly config: Json
  /** Texts of all tokens: token i is vocabulary[i]. */
  readonly vocabulary: readonly string[]
  /** @throws BanyanError E_TOKEN_UNKNOWN naming place and text, where the text has no token. */
  encode(text: string): Int32Array
  /** `decode(encode(text))` is `text`, up to what the kind says. @throws BanyanError E_TOKEN_UNKNOWN naming place and number, for one outside of the vocabulary. */
  decode(tokens: ArrayLike<number>): string
}
