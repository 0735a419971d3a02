// Finds the verdict in what a model said: tolerant of case, punctuation and further words.

/**
 * The first or last of the labels among the words of a text; undefined when there is none. A label after a negation ("not sure",
 * "isn't likely") is not one. When the text speaks of an "answer", only what follows the last mention counts, if there is a label in it.
 *
 * @param labels lower-case words.
 */
export function readLabel<Label extends string>(text: string, labels: readonly Label[], which: 'first' | 'last'): Label | undefined {
  const words = wordsOf(text)
  const after = words.lastIndexOf('answer') + 1
  return among(words.slice(after), labels, which) ?? (after > 0 ? among(words, labels, which) : undefined)
}

/** The number of the choice that a text settles on: what follows the last "choice is" or "choice:", else its last number in [1, count]. */
export function readChoice(text: string, count: number): number | undefined {
  const verdict = text.toLowerCase().split(/\bchoice\W{0,3}(?:is\b|:)/)
  const inVerdict = verdict.length > 1 ? numbers(verdict[verdict.length - 1]!, count)[0] : undefined
  return inVerdict ?? numbers(text, count).at(-1)
}

function wordsOf(text: string): readonly string[] {
  const plain = text.toLowerCase().replaceAll('’', "'")
  return plain.match(/[\p{L}']+/gu) ?? []
}

function among<Label extends string>(words: readonly string[], labels: readonly Label[], which: 'first' | 'last'): Label | undefined {
  const found = (word: string, place: number) => (labels as readonly string[]).includes(word) && !negation.test(words[place - 1] ?? '')
  const place = which === 'first' ? words.findIndex(found) : words.findLastIndex(found)
  return place < 0 ? undefined : (words[place] as Label)
}

const negation = /^(not|never|hardly|.*n't)$/

function numbers(text: string, most: number): readonly number[] {
  const found = text.match(/\d+/g) ?? []
  return found.map(Number).filter((number) => number >= 1 && number <= most)
}
