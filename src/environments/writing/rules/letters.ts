// Rules on single characters: no commas, one case. A wrong character is broken for good.
import { failed, passed, type Rule } from './rule.ts'

/** No comma of any script. */
export function noCommas(): Rule {
  return characterRule('no commas', 'has a comma', (character) => /[,،、，﹐]/u.test(character))
}

/** All letters in lower case, or all in upper case; letters without case are free. */
export function caseRule(letters: 'lower' | 'upper'): Rule {
  const folded = (character: string) => (letters === 'lower' ? character.toLowerCase() : character.toUpperCase())
  return characterRule(
    `all ${letters} case`,
    `has a letter that is not ${letters} case`,
    (character) => /\p{L}/u.test(character) && character !== folded(character),
  )
}

function characterRule(name: string, reason: string, wrong: (character: string) => boolean): Rule {
  const count = (text: string) => Array.from(text).filter(wrong).length
  return {
    name,
    check(text) {
      const wrongs = count(text)
      return wrongs === 0 ? passed : failed(reason, 1 - wrongs / Array.from(text).length)
    },
    broken: (prefix) => (count(prefix) > 0 ? reason : undefined),
  }
}
