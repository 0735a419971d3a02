// Text as words, sentences and paragraphs. All of it is decided from left to right, so that what is settled in a prefix stays so.
// It knows no rule and no inflection.

/** A word with its place: `text.slice(start, end)`. Hyphened and apostrophed words are one; a number with its decimals too. */
export interface Word {
  /** In lower case, with straight apostrophes, composed (NFC). */
  readonly text: string
  /** As it may stand in a dictionary: itself without clitics (`dog's` → `dog`), without hyphens, and the parts between hyphens. */
  readonly readings: readonly string[]
  readonly start: number
  readonly end: number
}

const wordPattern = /[\p{L}\p{N}\p{M}]+(?:(?:['’‑-]|(?<=\p{N})[.,](?=\p{N}))[\p{L}\p{N}\p{M}]+)*/gu

/** The words of a text, in order. */
export function words(text: string): readonly Word[] {
  return Array.from(text.matchAll(wordPattern), (match) => {
    const lower = match[0].normalize('NFC').toLowerCase().replaceAll('’', "'").replaceAll('‑', '-')
    return { text: lower, readings: readings(lower), start: match.index, end: match.index + match[0].length }
  })
}

/** The words of a prefix that no continuation can change: all but a last one that may grow. */
export function settledWords(prefix: string): readonly Word[] {
  const all = words(prefix)
  const last = all.at(-1)
  if (last === undefined) return all
  const rest = prefix.slice(last.end, last.end + 2)
  const mayGrow = rest === '' || (rest.length === 1 && (/['’‑-]/.test(rest) || (/[.,]/.test(rest) && /\p{N}$/u.test(last.text))))
  // Half of a surrogate pair may become a letter.
  return mayGrow || /^['’‑-]?[\uD800-\uDBFF]$/.test(prefix.slice(last.end)) ? all.slice(0, -1) : all
}

/** The sentences of a text, trimmed; each holds a word. */
export interface Sentences {
  readonly finished: readonly string[]
  /** Pieces without an end: the last words of a text that was cut off, a heading. */
  readonly unfinished: readonly string[]
}

/**
 * Splits a text into sentences. A prefix never has more of them than the whole text.
 *
 * A sentence ends at `.`, `!`, `?` or `…` and closing quotes before white space or the end, not after an abbreviation or an initial,
 * and not where a lower-case letter follows an ellipsis or a closing quote. A blank line ends a sentence without finishing it.
 */
export function sentences(text: string): Sentences {
  const finished: string[] = []
  const unfinished: string[] = []
  for (const paragraph of paragraphs(text)) {
    let from = 0
    // Beginning at the first mark of a run only, so that the time stays linear.
    for (const match of paragraph.matchAll(/(?<![.!?…])[.!?…]+["'”’»)\]*_]*(?=\s|$)/gu)) {
      const to = match.index + match[0].length
      if (!endsSentence(paragraph.slice(from, match.index), match[0], paragraph.slice(to).trimStart())) continue
      const sentence = paragraph.slice(from, to).trim()
      from = to
      if (hasWord(sentence)) finished.push(sentence)
    }
    const rest = paragraph.slice(from).trim()
    if (hasWord(rest)) unfinished.push(rest)
  }
  return { finished, unfinished }
}

/** Whether the text ends with a finished sentence that nothing can reopen: not an abbreviation, a number's point or an ellipsis. */
export function endsFinished(text: string): boolean {
  const trimmed = text.trimEnd()
  const match = /([.!?…]+)(["'”’»)\]*_]*)$/u.exec(trimmed.slice(-longestEnd))
  if (match === null) return false
  const before = trimmed.slice(0, trimmed.length - match[0].length)
  if (!hasWord(before)) return false
  return match[1] === '.' ? !isAbbreviation(before, '') && !/\p{N}$/u.test(before) : /[!?]/.test(match[1] ?? '')
}

/** Paragraphs: what blank lines divide and what holds a word. */
export function paragraphs(text: string): readonly string[] {
  return text.split(/\n[^\S\n]*\n\s*/).filter(hasWord)
}

/** Whether there is a letter or a digit. */
export function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text)
}

function endsSentence(before: string, mark: string, next: string): boolean {
  const lowerFollows = /^\p{Ll}/u.test(next)
  if (lowerFollows && (mark.length > 1 || isAbbreviation(before, next)) && !/^[!?]+$/.test(mark)) return false
  return mark !== '.' || next === '' || !isAbbreviation(before, next)
}

/** Characters from the end that are looked at for marks and abbreviations. */
const longestEnd = 64

function isAbbreviation(before: string, next: string): boolean {
  const token = /[\p{L}\p{N}.]+$/u.exec(before.slice(-longestEnd))?.[0] ?? ''
  if (/^(mr|mrs|ms|dr|prof|st|sr|jr|vs|mt|rev|gen|capt|sgt|lt|col|e\.g|i\.e|cf)$/i.test(token)) return true
  if (/^\p{Lu}$/u.test(token) && token !== 'I') return true
  return /^(etc|no|fig|approx|\p{L}(\.\p{L})+)$/iu.test(token) && /^\p{Ll}/u.test(next)
}

function readings(word: string): readonly string[] {
  const bare = word.replace(/'(s|ll|d|re|ve|m)$/, '')
  if (!bare.includes('-')) return bare === word ? [word] : [word, bare]
  return [...new Set([word, bare, bare.replaceAll('-', ''), ...bare.split('-').map((part) => part.replace(/'s$/, ''))])]
}
