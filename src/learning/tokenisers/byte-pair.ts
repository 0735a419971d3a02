// The byte-pair tokeniser of GPT-2 and its kin (Sennrich et al. 2016, arXiv:1508.07909, over bytes): any text has tokens and comes back as it
// was. Splitting into words and merging is the work of @huggingface/tokenizers. It knows no net and no chats.
import { Tokenizer } from '@huggingface/tokenizers'
import { BanyanError } from '../../core/errors.ts'
import type { Tokeniser } from './tokeniser.ts'
import { vocabularyOf } from './vocabulary.ts'

/** Vocabulary and merges. */
export type BytePairConfig = {
  /** In the order of their numbers, in the byte-level alphabet: `Ġthe` for ` the`. */
  readonly tokens: readonly string[]
  /** In the order of their ranks: `Ġ t`. */
  readonly merges: readonly string[]
  /** Numbers of control tokens, such as `<|im_end|>`. Default none. */
  readonly specials?: readonly number[]
  /** How a text is cut into words before merging: `gpt-2`, or `digits` as well: each digit alone, as in SmolLM. Default `gpt-2`. */
  readonly words?: 'gpt-2' | 'digits'
}

/** A byte-level tokeniser of pairs that were merged. */
export interface BytePair extends Tokeniser {
  readonly kind: 'byte-pair'
  /** The number of a token by its text in the vocabulary. */
  numberOf(token: string): number | undefined
  /** Bytes of a token's text. @throws BanyanError E_TOKEN_UNKNOWN for a number outside of the vocabulary. */
  bytesOf(token: number): number
  /**
   * Tokens of a text. Bytes that the vocabulary has not (it may lack control characters) are left out.
   * @param options `specials`: whether names of control tokens in the text are these tokens. Default true; false for texts of others.
   */
  encode(text: string, options?: { readonly specials?: boolean }): Int32Array
}

/**
 * A byte-pair tokeniser. `decode(encode(text))` is the text, in so far as it is well-formed Unicode and its bytes are in the vocabulary.
 *
 * @throws BanyanError E_TOKENISER for tokens that are there twice, a merge that is no pair or makes no token, or specials that are no tokens.
 * @example
 * const tokeniser = bytePair({ tokens: ['a', 'b', 'c', 'ab', '<end>'], merges: ['a b'], specials: [4] })
 * tokeniser.encode('cab<end>') // 2, 3, 4
 */
export function bytePair(config: BytePairConfig): BytePair {
  const { tokens, merges, specials = [], words = 'gpt-2' } = config
  const vocabulary = vocabularyOf('byte-pair', tokens)
  const badSpecial = specials.find((special) => tokens[special] === undefined)
  const badMerge = merges.find((merge) => vocabulary.numberOf(merge.replace(' ', '')) === undefined || merge.split(' ').length !== 2)
  if (badSpecial !== undefined || badMerge !== undefined)
    throw new BanyanError('E_TOKENISER', `byte-pair: a ${badMerge === undefined ? 'special is no token' : 'merge makes no token'}`, {
      seen: badMerge ?? badSpecial,
      wanted: badMerge === undefined ? `whole numbers from 0 to ${tokens.length - 1}` : 'two parts that together are a token',
    })
  const special = new Set(specials)
  const plain = new Tokenizer(describe(false), {})
  const whole = special.size === 0 ? plain : new Tokenizer(describe(true), {})

  return {
    kind: 'byte-pair',
    config: { ...config },
    vocabulary: tokens,
    numberOf: (token) => vocabulary.numberOf(token),
    bytesOf(token) {
      const text = vocabulary.textOf(token, 0)
      // A character stands for a byte, but in names of control tokens.
      return special.has(token) ? Buffer.byteLength(text) : [...text].length
    },
    encode: (text, { specials = true } = {}) => Int32Array.from((specials ? whole : plain).encode(text, { add_special_tokens: false }).ids),
    decode(numbers) {
      const bytes: number[] = []
      for (let place = 0; place < numbers.length; place++) {
        const token = vocabulary.textOf(numbers[place]!, place)
        if (special.has(numbers[place]!)) bytes.push(...Buffer.from(token))
        else for (const character of token) bytes.push(byteOf.get(character) ?? 0)
      }
      return Buffer.from(bytes).toString('utf8')
    },
  }

  /** As in a tokenizer.json. */
  function describe(withSpecials: boolean) {
    const marks = withSpecials ? specials : []
    const split = (Regex: string) => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false })
    const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false }
    return {
      version: '1.0',
      added_tokens: marks.map((id) => ({
        ...{ id, content: tokens[id]!, special: true },
        ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
      })),
      normalizer: null,
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [...(words === 'digits' ? [split('\\p{N}')] : []), split(wordPattern), bytes],
      },
      post_processor: null,
      decoder: { type: 'ByteLevel' },
      model: {
        ...{ type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
        ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false },
        vocab: Object.fromEntries(tokens.map((token, number) => [token, number])),
        merges: merges.map((merge) => merge.split(' ')),
      },
    }
  }
}

/** GPT-2's words (Radford et al. 2019, section 2.2), with blanks as Unicode has them. */
const wordPattern =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{White_Space}\\p{L}\\p{N}]+|\\p{White_Space}+(?!\\P{White_Space})|\\p{White_Space}+"

/** The byte for each of the 256 characters that stand for bytes: printable ones for themselves, the others from 256 on. */
const byteOf: ReadonlyMap<string, number> = (() => {
  let next = 256
  return new Map(
    Array.from({ length: 256 }, (_, byte) => {
      const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
      return [String.fromCodePoint(printable ? byte : next++), byte] as const
    }),
  )
})()
