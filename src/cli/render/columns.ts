// Text measured in terminal columns: a wide character takes two, a combining one none. Expects text that is already safe to print.
import stringWidth from 'string-width'

/** Columns that the text takes. */
export function columnsOf(text: string): number {
  return stringWidth(text)
}

/** The text cut to at most `columns`, with `…` where something was left out; never cuts inside a character that is seen as one. */
export function shorten(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  if (columns < 1) return ''
  let kept = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    const width = columnsOf(segment)
    if (used + width > columns - 1) break
    kept += segment
    used += width
  }
  return `${kept.trimEnd()}…`
}

/** The text filled with spaces up to `columns`. */
export function pad(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, columns - columnsOf(text)))
  return align === 'left' ? text + spaces : spaces + text
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
