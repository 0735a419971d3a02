// Rules on the number of words, sentences and paragraphs.
import { paragraphs, sentences, words } from '../words/text.ts'
import { failed, passed, type Rule } from './rule.ts'

/** How many: `exactly`, or at least `atLeast` and at most `atMost`. */
export interface Count {
  readonly exactly?: number | undefined
  readonly atLeast?: number | undefined
  readonly atMost?: number | undefined
}

export type Counted = 'words' | 'sentences' | 'paragraphs'

/**
 * The text has that many words, sentences or paragraphs. A sentence counts when it is finished, and none may be left unfinished.
 *
 * @example countRule('sentences', { exactly: 1 }).check('The dog runs').passed // false: no end
 */
export function countRule(counted: Counted, count: Count): Rule {
  const least = count.exactly ?? count.atLeast ?? 0
  const most = count.exactly ?? count.atMost ?? Number.POSITIVE_INFINITY
  const tooMany = (seen: number) => `${seen} ${counted}, at most ${most} wanted`
  return {
    name: `${describe(count)} ${counted}`,
    check(text) {
      const seen = begun(counted, text)
      if (seen > most) return failed(tooMany(seen), most / seen)
      const unfinished = counted === 'sentences' ? sentences(text).unfinished.length : 0
      if (unfinished > 0) return failed('a sentence is not finished', (seen - unfinished / 2) / Math.max(least, seen))
      return seen < least ? failed(`${seen} ${counted}, at least ${least} wanted`, seen / least) : passed
    },
    broken(prefix) {
      const seen = begun(counted, prefix)
      return seen > most ? tooMany(seen) : undefined
    },
  }
}

/** `exactly 1`, `at least 2`, `at least 2 and at most 5`. */
export function describe({ exactly, atLeast, atMost }: Count): string {
  if (exactly !== undefined) return `exactly ${exactly}`
  return [atLeast === undefined ? '' : `at least ${atLeast}`, atMost === undefined ? '' : `at most ${atMost}`].filter(Boolean).join(' and ')
}

/** How many have begun; a longer text never has fewer. */
function begun(counted: Counted, text: string): number {
  if (counted === 'words') return words(text).length
  if (counted === 'paragraphs') return paragraphs(text).length
  const { finished, unfinished } = sentences(text)
  return finished.length + unfinished.length
}
