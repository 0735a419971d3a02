// A language model of a dozen words, for servers in tests: each next word depends on the one before, so that its probabilities are known
// exactly and agree however they are asked for. Tokens are words with the white space before them. It knows nothing of servers.
import { hashText, Random } from '../core/random.ts'
import { beforeStop } from '../models/clean-text.ts'
import { scriptedTokens } from '../models/scripted.ts'

export interface WordSample {
  readonly text: string
  readonly finish: 'stop' | 'length'
  /** The end of the text is a token too, without text. */
  readonly tokens: readonly { readonly id: number; readonly text: string; readonly logProb: number }[]
}

export interface WordModel {
  tokenize(text: string): number[]
  /** Natural logarithm of the probability of `id` after `before`. */
  logProb(before: readonly number[], id: number): number
  sample(
    before: readonly number[],
    options: { readonly seed: number; readonly maxTokens: number; readonly temperature: number; readonly stop?: readonly string[] },
  ): WordSample
}

const end = ''
const words = [' the', ' dog', ' cat', ' sat', ' on', ' a', ' mat', ' and', ' ran', ' home', '.', end]
/** The share of words that it does not know. */
const unknownShare = 0.001

export function wordModel(): WordModel {
  const texts = new Map<number, string>()
  const idOf = (text: string): number => {
    const id = hashText(text) >>> 12
    texts.set(id, text)
    return id
  }
  const ids = words.map(idOf)
  const weights = (before: readonly number[]) => ids.map((id) => 1 + ((hashText(`${before.at(-1)} ${id}`) >>> 0) % 8))

  const model: WordModel = {
    tokenize: (text) => scriptedTokens(text).map(idOf),
    logProb(before, id) {
      const place = ids.indexOf(id)
      const all = weights(before)
      const sum = all.reduce((total, weight) => total + weight, 0)
      return place < 0 ? Math.log(unknownShare / 1000) : Math.log(((1 - unknownShare) * all[place]!) / sum)
    },
    sample(before, { seed, maxTokens, temperature, stop }) {
      const random = new Random(seed, 'words')
      const path = [...before]
      const tokens: { id: number; text: string; logProb: number }[] = []
      while (tokens.length < maxTokens && tokens.at(-1)?.text !== end) {
        const sharp = temperature === 0 ? 50 : 1 / temperature
        const place = random.weighted(weights(path).map((weight) => weight ** sharp))
        const id = ids[place]!
        tokens.push({ id, text: words[place]!, logProb: model.logProb(path, id) })
        path.push(id)
      }
      const said = tokens.map(({ text }) => text).join('')
      const stopped = beforeStop(said, stop)
      return { text: stopped ?? said, finish: stopped !== undefined || tokens.at(-1)?.text === end ? 'stop' : 'length', tokens }
    },
  }
  return model
}
