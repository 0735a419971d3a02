// The rule that words do not occur, in any inflection.
import { forms, type PartOfSpeech } from '../words/forms.ts'
import { settledWords, type Word, words } from '../words/text.ts'
import { failed, passed, type Rule } from './rule.ts'

/** A word as a task names it. */
export interface TaskWord {
  readonly word: string
  readonly part?: PartOfSpeech | undefined
}

/**
 * None of the words occurs, nor any of their forms.
 *
 * @example avoidRule([{ word: 'dog' }]).broken('Two dogs ') // 'uses "dogs"'
 */
export function avoidRule(avoided: readonly TaskWord[]): Rule {
  const phrases = avoided.flatMap(({ word, part }) => [...forms(word, part)].map((form) => form.split(' ')))
  const found = (text: readonly Word[]): string | undefined => {
    const phrase = phrases.find((parts) => text.some((_, start) => parts.every((part, i) => text[start + i]?.readings.includes(part))))
    return phrase === undefined ? undefined : `uses ${JSON.stringify(phrase.join(' '))}`
  }
  return {
    name: `avoid ${avoided.map(({ word }) => word).join(', ')}`,
    check(text) {
      const reason = found(words(text))
      return reason === undefined ? passed : failed(reason)
    },
    broken: (prefix) => found(settledWords(prefix)),
  }
}
