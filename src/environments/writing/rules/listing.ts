// Bare lists of the wanted words: in a row, between commas, as bullets, dressed up by a few words around.

import { looksLikeVerb } from '../words/forms.ts'
import type { Word } from '../words/text.ts'
import type { Use, Wanted } from './include.ts'
import { isFunctionWord } from './repetition.ts'

/** A wanted word in a row of them, and how it is joined to the one before. */
interface Item extends Use {
  /** `bare`: nothing between; `article`: an article; `listed`: a comma, `and`, a bullet …; undefined: other words between, so a new row. */
  readonly joined: 'bare' | 'article' | 'listed' | undefined
  /** Stands as the task has it, without inflection. */
  readonly plain: boolean
}

/** Why the whole text is a list, or undefined. */
export function isListing(text: string, all: readonly Word[], wanted: Wanted): string | undefined {
  const forGood = isListingForGood(text, all, wanted)
  if (forGood !== undefined) return forGood
  const items = rowItems(text, all, wanted)
  const inItems = new Set(items.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)))
  const others = all.filter((word, index) => !inItems.has(index) && !separators.has(word.text))
  const telling = others.filter((word) => !isFunctionWord(word.text))
  const total = wanted.list.length
  if (others.length === 0 && total > 1) {
    if (items.every(({ plain }) => plain)) return 'is a bare list of the words'
    if (items.slice(1).every(({ joined }) => joined !== 'bare' && joined !== undefined)) return 'is a bare list of the words'
    if (total > 2 && items.slice(1).every(({ joined }) => joined === 'bare')) return 'is a bare list of the words'
  }
  for (const row of rows(items, (item) => item.joined === 'listed')) {
    const distinct = new Set(row.flatMap((item) => item.wanted)).size
    if (distinct >= 2 && distinct >= total && telling.length < 2) return 'lists the words'
    if (distinct >= 3 && distinct >= total && row.every(({ plain }) => plain) && (mixed(row, wanted) || telling.length < 2))
      return 'lists the words'
  }
  return standAlone(text, all, wanted) > 0.7 * total && total >= 3 ? 'lists the words' : undefined
}

/** How many wanted words stand alone, or with an article, between separators: `the park, a muffin; the ants` has three such places. */
function standAlone(text: string, all: readonly Word[], wanted: Wanted): number {
  const alone = new Set<number>()
  const uses = wanted.uses(all)
  const cuts = all.map(
    (word, index) =>
      /[,;:/|&+•·\n\-–—]/.test(text.slice(all[index - 1]?.end ?? 0, word.start)) || (separators.has(word.text) && !articles.has(word.text)),
  )
  for (let first = 0; first < all.length; ) {
    let end = first + 1
    while (end < all.length && !cuts[end]) end++
    const telling = all.slice(first, end).filter((word) => !separators.has(word.text))
    if (telling.length === 1) {
      for (const use of uses) if (use.first >= first && use.last < end) for (const index of use.wanted) alone.add(index)
    }
    first = end
  }
  return alone.size
}

/** Why the text holds a list that no continuation can mend, or undefined. */
export function isListingForGood(text: string, all: readonly Word[], wanted: Wanted): string | undefined {
  const items = rowItems(text, all, wanted)
  for (const row of rows(items, (item) => item.joined === 'bare')) {
    if (distinctPlain(row) >= 4 || row.length >= 5) return 'puts the words in a bare row'
    if (inTaskOrder(row)) return 'puts the words in a bare row, as in the task'
  }
  for (const row of rows(items, (item) => item.joined === 'article')) {
    if (new Set(row.flatMap((item) => item.wanted)).size >= 4) return 'puts the words in a row'
  }
  for (const row of rows(items, (item) => item.joined === 'listed')) {
    const plain = row.filter((item) => item.plain)
    if (distinctPlain(plain) >= 3 && mixed(plain, wanted)) return 'lists the words'
    if (distinctPlain(plain) >= 4 && !oneKind(plain, wanted)) return 'lists the words'
  }
  return undefined
}

function rowItems(text: string, all: readonly Word[], wanted: Wanted): readonly Item[] {
  const items: Item[] = []
  for (const use of wanted.uses(all)) {
    const before = items.at(-1)
    if (before !== undefined && use.first <= before.last) continue
    const own = all
      .slice(use.first, use.last + 1)
      .map((word) => word.text)
      .join(' ')
    const plain = use.wanted.some((index) => wanted.list[index]?.word.toLowerCase() === own)
    items.push({ ...use, plain, joined: before === undefined ? undefined : join(text, all, before.last, use.first) })
  }
  return items
}

function join(text: string, all: readonly Word[], from: number, to: number): Item['joined'] {
  const between = all.slice(from + 1, to).map((word) => word.text)
  if (between.some((word) => !separators.has(word) && !/^\d{1,2}$/.test(word))) return undefined
  let marks = ''
  for (let i = from; i < to; i++) marks += text.slice(all[i]?.end ?? 0, all[i + 1]?.start ?? 0)
  if (/[,;:/|&+•·\n\-–—*=.!?()[\]"“”«»`]/.test(marks) || between.some((word) => !articles.has(word))) return 'listed'
  return between.length > 0 ? 'article' : 'bare'
}

/** Longest rows of at least two items in which each is joined to the one before in the given way. */
function rows(items: readonly Item[], belongs: (item: Item) => boolean): readonly (readonly Item[])[] {
  const found: Item[][] = []
  for (const [index, item] of items.entries()) {
    if (index > 0 && belongs(item)) found.at(-1)?.push(item)
    else found.push([item])
  }
  return found.filter((row) => row.length > 1)
}

function distinctPlain(row: readonly Item[]): number {
  return new Set(row.filter((item) => item.plain).map((item) => item.wanted[0])).size
}

/** Three or more in a row that stand without inflection one after the other in the order of the task. */
function inTaskOrder(row: readonly Item[]): boolean {
  let length = 1
  for (let i = 1; i < row.length; i++) {
    const [before, item] = [row[i - 1], row[i]]
    length = before?.plain && item?.plain && (item.wanted[0] ?? 0) === (before.wanted[0] ?? 0) + 1 ? length + 1 : 1
    if (length >= 3) return true
  }
  return false
}

/** Verbs and nouns in one list. */
function mixed(row: readonly Item[], wanted: Wanted): boolean {
  const kinds = row.map((item) => kind(item, wanted))
  return kinds.includes('verb') && kinds.some((part) => part !== 'verb')
}

function oneKind(row: readonly Item[], wanted: Wanted): boolean {
  return (
    new Set(row.map((item) => wanted.list[item.wanted[0] ?? 0]?.part ?? 'unknown')).size === 1 &&
    !row.some((item) => wanted.list[item.wanted[0] ?? 0]?.part === undefined)
  )
}

function kind(item: Item, wanted: Wanted): string {
  const named = wanted.list[item.wanted[0] ?? 0]
  return named?.part ?? (named !== undefined && looksLikeVerb(named.word) ? 'verb' : 'unknown')
}

const articles: ReadonlySet<string> = new Set(['a', 'an', 'the'])
const separators: ReadonlySet<string> = new Set([...articles, 'and', 'or', 'then', 'plus'])
