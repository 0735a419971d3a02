// Looping text. Every sign is a thing that stands in the text, so it stays when the text goes on.
import type { Word } from '../words/text.ts'

/**
 * Why the text counts as looping, or undefined:
 * - a word twice in a row (but `that that`, `had had`, `very very` …), or any word three times in a row;
 * - two or three words that come again at once;
 * - four words that come again within 40, but for the commonest turns; three that come three times within 60;
 * - a telling pair of words three times within 30;
 * - a telling word four times within 24.
 */
export function repetition(text: readonly Word[]): string | undefined {
  const all = text.map((word) => word.text)
  const telling = all.map((word) => !functionWords.has(word))
  for (let i = 0; i < all.length; i++) {
    const word = all[i] ?? ''
    if (all[i - 1] === word && (!mayDouble.has(word) || all[i - 2] === word)) return `repeats ${JSON.stringify(word)}`
    for (const size of [2, 3]) {
      if (same(all, i, i - size, size) && i - size >= 0) return `repeats ${quote(all, i, size)}`
    }
    if (telling[i] && times(all, i, 1, 24) >= 4) return `repeats ${quote(all, i, 1)}`
    if ((telling[i] || telling[i + 1]) && times(all, i, 2, 30) >= 3) return `repeats ${quote(all, i, 2)}`
    if (times(all, i, 3, 60) >= 3) return `repeats ${quote(all, i, 3)}`
    const tellingInFour = telling.slice(i, i + 4).filter(Boolean).length
    if (tellingInFour >= 2 && times(all, i, 4, 40) >= 2) return `repeats ${quote(all, i, 4)}`
  }
  return undefined
}

/** How often the `size` words at `start` begin anew within the `span` words from there, without overlap. */
function times(all: readonly string[], start: number, size: number, span: number): number {
  if (start + size > all.length) return 0
  let count = 1
  for (let i = start + size; i + size <= Math.min(all.length, start + span); i++) {
    if (!same(all, start, i, size)) continue
    count++
    i += size - 1
  }
  return count
}

function same(all: readonly string[], a: number, b: number, size: number): boolean {
  if (Math.min(a, b) < 0 || Math.max(a, b) + size > all.length) return false
  for (let i = 0; i < size; i++) if (all[a + i] !== all[b + i]) return false
  return true
}

function quote(all: readonly string[], start: number, size: number): string {
  return JSON.stringify(all.slice(start, start + size).join(' '))
}

const mayDouble: ReadonlySet<string> = new Set(
  'that had very really so no yes ha far much many long now bye knock choo tut there'.split(' '),
)

const functionWords: ReadonlySet<string> = new Set(
  `a an the and or but nor so yet if then than as at by for from in into of off on onto out over to up with without about after before while when where who whom whose
which that this these those there here it its it's he him his she her hers they them their we us our you your i me my is are was were be been being am do does did has have
had can could will would shall should may might must not no all each every some any both more most very just too also only one`.split(
    /\s+/,
  ),
)

/** Whether a word carries no matter of its own. */
export function isFunctionWord(word: string): boolean {
  return functionWords.has(word)
}
