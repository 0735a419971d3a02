// Remembers with which tokens a text was generated, so that a text given back later is read as the same tokens: the tokenizer alone
// may cut it elsewhere, and then nothing evaluated so far could be used again. It knows nothing of models.

export interface AnswerMemory {
  /** Remembers a text that was said after `place` (a prompt). `ends[i]`: the text's length after token i, or -1 within a character. */
  add(place: string, text: string, tokens: readonly number[], ends: readonly number[]): void
  /** Tokens for as much of the beginning of `text` as was said before, and how many characters those are. */
  find(place: string, text: string): Found
}

export interface Found {
  readonly tokens: readonly number[]
  readonly characters: number
}

interface Answer {
  readonly text: string
  readonly tokens: readonly number[]
  readonly ends: readonly number[]
}

/**
 * @param places Most prompts. Default 64; the least recently used is forgotten.
 * @param answers Most answers for each. Default 4096; the oldest is forgotten.
 */
export function answerMemory(places = 64, answers = 4096): AnswerMemory {
  const known = new Map<string, Map<string, Answer>>()
  const at = (place: string) => {
    const found = known.get(place)
    if (found !== undefined) {
      known.delete(place)
      known.set(place, found)
    }
    return found
  }
  return {
    add(place, text, tokens, ends) {
      let said = at(place)
      if (said === undefined) {
        said = new Map()
        known.set(place, said)
        if (known.size > places) known.delete(known.keys().next().value!)
      }
      said.delete(text)
      said.set(text, { text, tokens, ends })
      if (said.size > answers) said.delete(said.keys().next().value!)
    },
    find(place, text) {
      let best: Found = { tokens: [], characters: 0 }
      const said = at(place)
      if (said === undefined || text === '') return best
      const exact = said.get(text)
      if (exact !== undefined && exact.ends.at(-1) === text.length) return { tokens: exact.tokens, characters: text.length }
      for (const answer of said.values()) {
        if (answer.text.charCodeAt(0) !== text.charCodeAt(0)) continue
        const shared = sharedLength(answer.text, text)
        if (shared <= best.characters) continue
        const count = tokensWithin(answer.ends, shared, text)
        const characters = count === 0 ? 0 : answer.ends[count - 1]!
        if (characters > best.characters) best = { tokens: answer.tokens.slice(0, count), characters }
        if (best.characters === text.length) break
      }
      return best
    },
  }
}

/**
 * How many leading tokens lie within the first `length` characters and end where `text` does or where a new word begins: elsewhere
 * the rest of a word would be cut off from its beginning, which no model has seen.
 */
function tokensWithin(ends: readonly number[], length: number, text: string): number {
  for (let count = ends.length; count > 0; count--) {
    const end = ends[count - 1]!
    if (end < 0 || end > length) continue
    if (end === text.length || /\s/.test(text[end]!)) return count
  }
  return 0
}

function sharedLength(a: string, b: string): number {
  if (b.startsWith(a)) return a.length
  if (a.startsWith(b)) return b.length
  let length = 0
  while (a.charCodeAt(length) === b.charCodeAt(length)) length++
  return length
}
