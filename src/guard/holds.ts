// Whether a value meets a condition: surely, surely not, or open. Pure; patterns run in linear time.
import { RE2JS } from 're2js'
import type { Json } from '../core/common.ts'
import { canonical } from '../core/digest.ts'
import { BanyanError } from '../core/errors.ts'
import type { Condition, Kind } from './condition.ts'

/**
 * 1: it holds; 0: it does not; ½: open, because a keyword speaks of another kind of value than the one given (a `pattern` about a number).
 * JSON Schema lets such a keyword pass; a guard must not, since `not` turns what passes into what fails. So truth has three values, and is
 * carried by Kleene's logic: `allOf` is the least, `anyOf` the greatest, `not` the complement. What permits needs 1, what forbids fires above 0.
 */
export type Truth = 0 | 0.5 | 1

/**
 * Judges one value. Keywords of one fragment hold together.
 *
 * @example
 * holds({ pattern: '^GB' }, 'GB29') // 1
 * holds({ not: { pattern: '^GB' } }, 29) // 0.5
 */
export function holds(condition: Condition, value: Json): Truth {
  if (typeof condition === 'boolean') return condition ? 1 : 0
  let truth: Truth = 1
  const all = (found: Truth): void => {
    if (found < truth) truth = found
  }
  const { type, pattern, items, properties, required, additionalProperties, anyOf, allOf, not } = condition
  if (type !== undefined) all(isKind(value, type) ? 1 : 0)
  if (condition.const !== undefined) all(same(condition.const, value) ? 1 : 0)
  if (condition.enum !== undefined) all(condition.enum.some((one) => same(one, value)) ? 1 : 0)
  if (pattern !== undefined) all(typeof value === 'string' ? (matches(pattern, value) ? 1 : 0) : 0.5)
  const { minLength, maxLength } = condition
  if (minLength !== undefined || maxLength !== undefined)
    all(typeof value === 'string' ? within(lengthOf(value), minLength, maxLength) : 0.5)
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = condition
  if (minimum !== undefined || maximum !== undefined) all(typeof value === 'number' ? within(value, minimum, maximum) : 0.5)
  if (exclusiveMinimum !== undefined) all(typeof value === 'number' ? (value > exclusiveMinimum ? 1 : 0) : 0.5)
  if (exclusiveMaximum !== undefined) all(typeof value === 'number' ? (value < exclusiveMaximum ? 1 : 0) : 0.5)
  const { minItems, maxItems } = condition
  if (minItems !== undefined || maxItems !== undefined) all(Array.isArray(value) ? within(value.length, minItems, maxItems) : 0.5)
  if (items !== undefined) all(Array.isArray(value) ? least(value.map((item) => holds(items, item))) : 0.5)
  if (properties !== undefined || required !== undefined || additionalProperties !== undefined) {
    if (!isObject(value)) all(0.5)
    else {
      if (required?.some((name) => !Object.hasOwn(value, name))) all(0)
      const known = properties ?? {}
      for (const [name, inner] of Object.entries(known)) if (Object.hasOwn(value, name)) all(holds(inner, value[name]!))
      if (additionalProperties === false && Object.keys(value).some((name) => !Object.hasOwn(known, name))) all(0)
    }
  }
  if (anyOf !== undefined) all(Math.max(...anyOf.map((one) => holds(one, value))) as Truth)
  if (allOf !== undefined) all(least(allOf.map((one) => holds(one, value))))
  if (not !== undefined) all((1 - holds(not, value)) as Truth)
  if (condition.if !== undefined) {
    const test = holds(condition.if, value)
    const then = Math.min(test, holds(condition.then ?? true, value))
    all(Math.max(then, Math.min(1 - test, holds(condition.else ?? true, value))) as Truth)
  }
  return truth
}

/** Equal as JSON; keys may stand in any order. */
function same(one: Json, other: Json): boolean {
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) return one === other
  return canonical(one) === canonical(other)
}

export function isKind(value: Json, type: Kind | readonly Kind[]): boolean {
  if (typeof type !== 'string') return type.some((one) => isKind(value, one))
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

export function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws BanyanError E_GUARD_PATTERN for what is not RE2: back-references, look-around. */
export function compiled(pattern: string): RE2JS {
  let found = patterns.get(pattern)
  if (found !== undefined) return found
  try {
    found = RE2JS.compile(pattern)
  } catch (cause) {
    throw new BanyanError('E_GUARD_PATTERN', `a pattern of the policy cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      seen: pattern,
      wanted: 'a regular expression in RE2 syntax (no back-references, no look-around)',
      cause,
    })
  }
  if (patterns.size >= mostKept) patterns.clear()
  patterns.set(pattern, found)
  return found
}

const patterns = new Map<string, RE2JS>()
const mostKept = 1000

function matches(pattern: string, text: string): boolean {
  return compiled(pattern).matcher(text).find()
}

function within(amount: number, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): Truth {
  return amount >= least && amount <= most ? 1 : 0
}

/** In characters, as JSON Schema counts. */
function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

function least(truths: readonly Truth[]): Truth {
  return truths.reduce<Truth>((least, one) => (one < least ? one : least), 1)
}
