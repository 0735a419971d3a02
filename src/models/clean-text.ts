// What a model said, made safe to keep: bounded, well-formed Unicode, without control characters. Knows nothing of models.

/** The longest text that is kept of one sample, in UTF-16 code units: 1 MB. */
const longestText = 1_048_576

export interface CleanText {
  readonly text: string
  /** It was longer than the bound and was cut. */
  readonly cut: boolean
}

/**
 * Cuts a text at `bound` code units; replaces lone surrogates and control characters (all but tab, line feed and carriage return)
 * by U+FFFD, the replacement character.
 */
export function cleanText(text: string, bound = longestText): CleanText {
  const cut = text.length > bound
  const kept = cut ? text.slice(0, bound) : text
  return { text: kept.toWellFormed().replace(controlCharacters, '\uFFFD'), cut }
}

/** The text before the first of the stop texts, if any of them is in it. */
export function beforeStop(text: string, stop: readonly string[] | undefined): string | undefined {
  let end = -1
  for (const part of stop ?? []) {
    const found = part === '' ? -1 : text.indexOf(part)
    if (found >= 0 && (end < 0 || found < end)) end = found
  }
  return end < 0 ? undefined : text.slice(0, end)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacters = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g
