// How rows become sequences for a language model: chats by the model's own template, plain texts as they are. It knows no net.
import { BanyanError } from '../../core/errors.ts'
import type { LanguageModel } from '../gguf/language-model.ts'
import { type Encoder, rowError, type Text } from './examples.ts'
import type { Encoding } from './job.ts'

/**
 * Makes sequences for a language model. The tokens of an answer are those of its whole text, so that they are the ones that the model would write.
 * Names of control tokens mean these tokens in plain texts, and stay plain text in chats.
 *
 * @param encoding the separator stands between two steps. Default: the row's own, else a line end. The end token's default is the model's own.
 * @throws BanyanError E_TRAIN_OPTION for an end token that the model has not.
 */
export function languageEncoder(
  { tokeniser, endTokens, chat }: Pick<LanguageModel, 'tokeniser' | 'endTokens' | 'chat'>,
  { separator, end }: Encoding = {},
): Encoder {
  const last = end === undefined ? endTokens[0] : tokeniser.numberOf(end)
  if (end !== undefined && last === undefined)
    throw new BanyanError('E_TRAIN_OPTION', 'the end token is not in the vocabulary', { seen: end, hint: 'Name another, or leave it out' })
  return {
    sequence({ prompt, separator: own }, steps, ended) {
      const plain = typeof prompt === 'string'
      const before = plain ? tokeniser.encode(prompt) : chat().tokens(prompt)
      const between = separator ?? own ?? '\n'
      const pieces = steps.map(({ text }, at) => (ended && at === steps.length - 1 ? text : text + between))
      const answer = [...tokeniser.encode(pieces.join(''), { specials: plain })]
      if (answer.reduce((bytes, token) => bytes + tokeniser.bytesOf(token), 0) !== bytesOf(pieces.join('')))
        throw rowError(strange(steps, plain), 'it has characters that the model has no token for', undefined, 'text')
      const ends = [before.length, ...endsOf(pieces, answer).map((at) => before.length + at)]
      if (ended && last !== undefined && !(plain && endTokens.includes(answer.at(-1)!))) {
        answer.push(last)
        ends[ends.length - 1]!++
      }
      return { tokens: Int32Array.from([...before, ...answer]), ends }
    },
  }

  /** How many tokens lie wholly within the first pieces, for each number of pieces. */
  function endsOf(pieces: readonly string[], tokens: readonly number[]): readonly number[] {
    let token = 0
    let read = 0
    let wanted = 0
    return pieces.map((piece) => {
      wanted += bytesOf(piece)
      while (token < tokens.length && read + tokeniser.bytesOf(tokens[token]!) <= wanted) read += tokeniser.bytesOf(tokens[token++]!)
      return token
    })
  }

  /** The field of the first text that does not come back. */
  function strange(steps: readonly Text[], plain: boolean): string {
    const lost = ({ text }: Text) =>
      tokeniser.encode(text, { specials: plain }).reduce((sum, token) => sum + tokeniser.bytesOf(token), 0) !== bytesOf(text)
    return steps.find(lost)?.field ?? 'separator'
  }
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}
