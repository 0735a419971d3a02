// From a task to its rules, and what they say together of a text.
import { avoidRule } from './rules/avoid.ts'
import { type Count, countRule } from './rules/count.ts'
import { beginsWith, endsWith } from './rules/edges.ts'
import { type IncludeRule, includeRule } from './rules/include.ts'
import { jsonRule } from './rules/json.ts'
import { caseRule, noCommas } from './rules/letters.ts'
import { patternRule } from './rules/pattern.ts'
import type { Rule } from './rules/rule.ts'
import type { WritingTask } from './task.ts'
import { endsFinished, hasWord, sentences } from './words/text.ts'

/** All rules of a task together. */
export interface TaskRules {
  readonly rules: readonly Rule[]
  /** Judges a whole text: passed when every rule passes and there is text at all. `progress` is the mean over the rules. */
  check(text: string): { readonly passed: boolean; readonly reasons: readonly string[]; readonly progress: number }
  /** Why no continuation of the prefix can pass; undefined when one may. */
  broken(prefix: string): string | undefined
  /** Words to include that the text does not use yet, out of how many. */
  readonly include: IncludeRule | undefined
  readonly wanted: number
  /** The text has as many sentences as it may, and the last is finished: more would break it. */
  full(text: string): boolean
  /** The text is in its last sentence and lacks words: were it to end now, it would fail. */
  mayNotEnd(text: string): boolean
  /** The text up to the end of the last sentence that it may have; the text itself when it has no more. */
  cut(text: string): string
}

/**
 * The rules of a task. Made once for a task object.
 *
 * @throws `E_WRITING_PATTERN`, `E_SCHEMA_UNSAFE`, `E_SCHEMA_INVALID`
 * @example rulesOf(writingTask({ include: ['dog'], sentences: 1 })).check('A dog barks.').passed // true
 */
export function rulesOf(task: WritingTask): TaskRules {
  const known = made.get(task)
  if (known !== undefined) return known
  const result = makeRules(task)
  made.set(task, result)
  return result
}

const made = new WeakMap<WritingTask, TaskRules>()

function makeRules(task: WritingTask): TaskRules {
  const include = task.include === undefined ? undefined : includeRule(task.include)
  const rules: readonly Rule[] = [
    include,
    task.avoid === undefined ? undefined : avoidRule(task.avoid),
    task.words === undefined ? undefined : countRule('words', task.words),
    task.sentences === undefined ? undefined : countRule('sentences', task.sentences),
    task.paragraphs === undefined ? undefined : countRule('paragraphs', task.paragraphs),
    task.beginsWith === undefined ? undefined : beginsWith(task.beginsWith),
    task.endsWith === undefined ? undefined : endsWith(task.endsWith),
    task.commas === false ? noCommas() : undefined,
    task.case === undefined ? undefined : caseRule(task.case),
    task.matches === undefined ? undefined : patternRule(task.matches),
    task.json === undefined ? undefined : jsonRule(task.json),
  ].filter((rule) => rule !== undefined)
  const count: Count | undefined = task.sentences
  const most = count?.exactly ?? count?.atMost
  return {
    rules,
    include,
    wanted: task.include?.length ?? 0,
    check(text) {
      if (!hasWord(text)) return { passed: false, reasons: ['there is no text'], progress: 0 }
      const checks = rules.map((rule) => rule.check(text))
      const progress = checks.reduce((sum, check) => sum + check.progress, 0) / Math.max(1, checks.length)
      const reasons = checks.filter((check) => !check.passed).map((check) => check.reason)
      return { passed: reasons.length === 0, reasons, progress: reasons.length === 0 ? 1 : progress }
    },
    broken(prefix) {
      for (const rule of rules) {
        const reason = rule.broken(prefix)
        if (reason !== undefined) return reason
      }
      return undefined
    },
    full: (text) => most !== undefined && endsFinished(text) && sentences(text).finished.length >= most,
    mayNotEnd(text) {
      if (most === undefined || include === undefined) return false
      const { finished, unfinished } = sentences(text)
      return finished.length + Math.max(1, unfinished.length) >= most && include.missing(text).length > 0
    },
    cut(text) {
      if (most === undefined) return text
      for (const match of text.matchAll(/[.!?…]+["'”’»)\]*_]*(?=\s|$)/gu)) {
        const upTo = text.slice(0, match.index + match[0].length)
        if (
          upTo.length < text.length &&
          sentences(text).finished.length >= most &&
          sentences(upTo).finished.length >= most &&
          endsFinished(upTo)
        ) {
          return upTo
        }
      }
      return text
    },
  }
}
