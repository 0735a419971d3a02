// The rule that words are used: each in some inflection, in ordinary prose. A list, a quotation of the words, talk about the words
// and looping text do not pass, whatever words they hold.
import { forms } from '../words/forms.ts'
import { settledWords, type Word, words } from '../words/text.ts'
import type { TaskWord } from './avoid.ts'
import { isListing, isListingForGood } from './listing.ts'
import { aboutWords, quotations } from './mention.ts'
import { repetition } from './repetition.ts'
import { failed, passed, type Rule } from './rule.ts'

/** A place where one of the wanted words is used. */
export interface Use {
  /** Which words of the task it may stand for; several when they share a form (`leaf` and `leave`: `leaves`). */
  readonly wanted: readonly number[]
  /** First and last word of the text that it takes; more than one for phrases. */
  readonly first: number
  readonly last: number
}

/** Wanted words with their forms, and how to find them. */
export interface Wanted {
  readonly list: readonly TaskWord[]
  uses(text: readonly Word[]): readonly Use[]
}

/** An include rule, which also tells how many words a text uses so far. */
export interface IncludeRule extends Rule {
  /** The wanted words that a text does not use yet. */
  missing(text: string): readonly string[]
}

/**
 * All the words are used, each by a place of its own.
 *
 * @example
 * const rule = includeRule([{ word: 'dog', part: 'noun' }, { word: 'catch', part: 'verb' }])
 * rule.check('Two dogs caught the ball.').passed // true
 * rule.check('dog, catch.').passed // false: a list
 */
export function includeRule(list: readonly TaskWord[]): IncludeRule {
  const wanted = wantedWords(list)
  const missing = (text: string): readonly string[] => {
    const all = words(text)
    const quoted = quotations(text, all, wanted)
    const used = matching(
      wanted
        .uses(all)
        .filter((use) => !quoted.some(([start, end]) => (all[use.first]?.start ?? 0) >= start && (all[use.last]?.end ?? 0) <= end)),
    )
    return list.filter((_, index) => !used.has(index)).map(({ word }) => word)
  }
  return {
    name: `include ${list.map(({ word }) => word).join(', ')}`,
    missing,
    check(text) {
      const absent = missing(text)
      const progress = (list.length - absent.length) / list.length
      if (absent.length > 0) return failed(`does not use ${absent.join(', ')}`, progress)
      const all = words(text)
      const cheat = aboutWords(text, all, wanted) ?? isListing(text, all, wanted) ?? repetition(all)
      return cheat === undefined ? passed : failed(cheat, progress / 2)
    },
    broken(prefix) {
      const settled = settledWords(prefix)
      const end = settled.at(-1)?.end ?? 0
      return aboutWords(prefix.slice(0, end), settled, wanted) ?? isListingForGood(prefix, settled, wanted) ?? repetition(settled)
    },
  }
}

function wantedWords(list: readonly TaskWord[]): Wanted {
  const phrases = list.flatMap(({ word, part }, index) =>
    [...forms(word, part)].map((form) => ({ index, parts: form.split(' '), present: part === 'verb' && isPresent(form, word) })),
  )
  const byFirst = Map.groupBy(phrases, ({ parts }) => parts[0] ?? '')
  return {
    list,
    uses(text) {
      return text.flatMap((word, first) => {
        const here = word.readings
          .flatMap((reading) => byFirst.get(reading) ?? [])
          .filter(
            ({ parts, present }) => parts.every((part, i) => text[first + i]?.readings.includes(part)) && !(present && asNoun(text, first)),
          )
        const length = Math.max(0, ...here.map(({ parts }) => parts.length))
        return length === 0 ? [] : [{ wanted: [...new Set(here.map(({ index }) => index))], first, last: first + length - 1 }]
      })
    },
  }
}

/** The dictionary form or that of the third person, which nouns may look like; participles ("the thrown ball") are no nouns. */
function isPresent(form: string, word: string): boolean {
  const base = word.toLowerCase()
  return form === base || (form.endsWith('s') && form.slice(0, 2) === base.slice(0, 2))
}

/** A verb's form right after one of these is no verb there: "the catch", "in hold". */
function asNoun(text: readonly Word[], index: number): boolean {
  return beforeNouns.has(text[index - 1]?.text ?? '')
}

const beforeNouns: ReadonlySet<string> = new Set(
  'a an the my your his its our their of in on at with from for by into onto over under through across during without between'.split(' '),
)

/** Which wanted words get a place of their own: a maximum matching by augmenting paths. */
function matching(uses: readonly Use[]): ReadonlySet<number> {
  const holder = new Map<number, number>()
  const place = (use: number, seen: Set<number>): boolean => {
    for (const word of uses[use]?.wanted ?? []) {
      if (seen.has(word)) continue
      seen.add(word)
      const other = holder.get(word)
      if (other === undefined || place(other, seen)) {
        holder.set(word, use)
        return true
      }
    }
    return false
  }
  for (let use = 0; use < uses.length; use++) place(use, new Set())
  return new Set(holder.keys())
}
