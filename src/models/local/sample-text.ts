// Turns the tokens of one sample into text as they come: whole characters only, and an end before the first stop text.
// It knows the tokenizer and nothing else.

/** The part of node-llama-cpp's model that turns tokens into text. */
export interface Detokenizer {
  detokenize(tokens: readonly number[], specialTokens?: boolean, lastTokens?: readonly number[]): string
}

export interface SampleText {
  /** Takes the next token. True when a stop text has appeared. */
  add(token: number): boolean
  /** Text so far, without an unfinished character and without the stop text and what follows it. */
  readonly text: string
  /** How many of the tokens have a part in `text`. */
  readonly length: number
  /** The same before the cut at a stop text, for remembering what was said: the text's length after each token, -1 inside a character. */
  readonly whole: { readonly text: string; readonly ends: readonly number[] }
}

/** @param before The last tokens before the sample; some tokenizers need them to place spaces. */
export function sampleText(detokenizer: Detokenizer, before: readonly number[], stop: readonly string[]): SampleText {
  const stops = stop.filter((text) => text !== '')
  const longestStop = stops.reduce((most, text) => Math.max(most, text.length), 0)
  const tokens: number[] = [...before]
  const starts: number[] = []
  const ends: number[] = []
  let text = ''
  let pending = 0
  let cut: number | undefined
  return {
    add(token) {
      starts.push(text.length)
      tokens.push(token)
      pending++
      const first = tokens.length - pending
      const piece = detokenizer.detokenize(tokens.slice(first), false, tokens.slice(Math.max(0, first - context), first))
      const open = trailingBroken(piece)
      // A character has at most four bytes; what is still broken after twice as many tokens was never going to be one.
      if (open > 0 && pending < 8) {
        ends.push(-1)
        return false
      }
      text += piece
      pending = 0
      ends.push(open > 0 ? -1 : text.length)
      const from = Math.max(0, text.length - piece.length - longestStop)
      for (const wanted of stops) {
        const found = text.indexOf(wanted, from)
        if (found >= 0) cut = Math.min(cut ?? found, found)
      }
      return cut !== undefined
    },
    get text() {
      const end = cut ?? text.length
      const shown = text.slice(0, end)
      return shown.slice(0, shown.length - trailingBroken(shown))
    },
    get length() {
      const end = this.text.length
      let count = starts.length
      while (count > 0 && starts[count - 1]! >= end) count--
      return count
    },
    get whole() {
      return { text, ends }
    },
  }
}

/** How many replacement characters a text ends with. */
function trailingBroken(text: string): number {
  let length = text.length
  while (length > 0 && text[length - 1] === '\ufffd') length--
  return text.length - length
}

/** How many tokens before a piece are enough to place its spaces. */
const context = 3
