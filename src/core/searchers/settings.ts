// Checks a searcher's settings, so that a wrong one is an error that names it and not a silent default.
import { BanyanError } from '../errors.ts'
import { unknownName } from '../names.ts'

/** `integer>=1`, `number>=0`, `integer>=1|null`, `boolean`, `string`, `object`, or a list of words made by `oneOf`. */
export type SettingRule = string | readonly string[]

/** One of some words; `number` and `object` stand for any number and any object. */
export function oneOf(...words: string[]): readonly string[] {
  return words
}

/** @throws `E_SEARCHER_SETTING` for a setting that is unknown, of another type, or out of range. */
export function checkSettings(searcher: string, settings: object, rules: Readonly<Record<string, SettingRule>>): void {
  for (const [name, value] of Object.entries(settings)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined) throw unknownName('E_SEARCHER_SETTING', `setting of ${searcher}`, name, Object.keys(rules))
    if (value !== undefined && !matches(value, rule)) throw outOfRange(searcher, name, value, wanted(rule))
  }
}

/** The error for a setting that cannot be used, for what a rule cannot say. */
export function outOfRange(searcher: string, name: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_SEARCHER_SETTING', `the setting ${JSON.stringify(name)} of ${searcher} cannot be used`, { seen, wanted })
}

function matches(value: unknown, rule: SettingRule): boolean {
  if (typeof rule !== 'string') return rule.some((word) => value === word || typeof value === word)
  const [kind, ...rest] = rule.split('|')
  if (rest.includes('null') && value === null) return true
  const [type, least] = kind!.split('>=')
  if (type === 'integer' || type === 'number') {
    return (
      typeof value === 'number' &&
      Number.isFinite(value) &&
      (type === 'number' || Number.isInteger(value)) &&
      (least === undefined || value >= Number(least))
    )
  }
  return typeof value === type && value !== null
}

function wanted(rule: SettingRule): string {
  if (typeof rule !== 'string') return `one of ${rule.join(', ')}`
  return rule
    .replace('integer', 'a whole number')
    .replace('number', 'a number')
    .replace('>=', ' of at least ')
    .replace('|null', ', or null')
}
