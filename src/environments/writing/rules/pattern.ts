// The rule that a regular expression matches, on a linear-time engine: no pattern can hang the search.
import { RE2JS } from 're2js'
import { BanyanError } from '../../../core/errors.ts'
import { failed, passed, type Rule } from './rule.ts'

/**
 * The pattern is found somewhere in the text; `^` and `$` bind it to the ends. RE2 syntax: no backreferences, no look-around.
 *
 * @throws `E_WRITING_PATTERN` for a pattern that is not RE2.
 * @example patternRule('^[A-Z][^!]*\\.$').check('A dog runs.').passed // true
 */
export function patternRule(pattern: string): Rule {
  const compiled = compilePattern(pattern)
  return {
    name: `matches /${pattern}/`,
    check: (text) => (compiled.matcher(text).find() ? passed : failed(`does not match /${pattern}/`)),
    broken: () => undefined,
  }
}

/** @throws `E_WRITING_PATTERN` */
function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (cause) {
    throw new BanyanError('E_WRITING_PATTERN', `the pattern cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      seen: pattern,
      wanted: 'a regular expression in RE2 syntax (no backreferences, no look-around)',
      cause,
    })
  }
}
