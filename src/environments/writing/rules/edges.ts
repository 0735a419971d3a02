// Rules on how a text begins and ends. White space around the text does not count; letters must be the same, case included.
import { failed, passed, type Rule } from './rule.ts'

/**
 * The text begins with a phrase, as whole words.
 *
 * @example beginsWith('Once').broken('Twice') // 'begins otherwise'
 */
export function beginsWith(phrase: string): Rule {
  const wanted = phrase.trim()
  const reason = `does not begin with ${JSON.stringify(wanted)}`
  return {
    name: `begins with ${JSON.stringify(wanted)}`,
    check: (text) => (startsWithWords(text.trimStart(), wanted) ? passed : failed(reason)),
    broken(prefix) {
      const start = prefix.trimStart()
      if (start.length <= wanted.length) return wanted.startsWith(start) ? undefined : reason
      return startsWithWords(start, wanted) ? undefined : reason
    },
  }
}

/** The text ends with a phrase, as whole words. A full stop after it is an ending too where the phrase has none. */
export function endsWith(phrase: string): Rule {
  const wanted = phrase.trim()
  return {
    name: `ends with ${JSON.stringify(wanted)}`,
    check(text) {
      const end = text.trimEnd()
      const closed = /[\p{L}\p{N}]$/u.test(wanted) ? end.replace(/[.!?…]+["'”’]*$/u, '') : end
      return [end, closed].some((seen) => endsWithWords(seen, wanted)) ? passed : failed(`does not end with ${JSON.stringify(wanted)}`)
    },
    broken: () => undefined,
  }
}

function startsWithWords(text: string, wanted: string): boolean {
  return text.startsWith(wanted) && !(/[\p{L}\p{N}]$/u.test(wanted) && /^[\p{L}\p{N}\p{M}]/u.test(text.slice(wanted.length)))
}

function endsWithWords(text: string, wanted: string): boolean {
  return text.endsWith(wanted) && !(/^[\p{L}\p{N}]/u.test(wanted) && /[\p{L}\p{N}]$/u.test(text.slice(0, text.length - wanted.length)))
}
