// Proofs that whatever meets one condition meets another. Sound, not complete: `false` means that no proof was found.
import type { Json } from '../core/common.ts'
import { canonical } from '../core/digest.ts'
import { type Condition, type ConditionObject, type Kind, kinds } from './condition.ts'
import { holds, isKind } from './holds.ts'

/** How many steps a proof may still take; beyond them nothing is proved. */
interface Effort {
  left: number
}
const mostSteps = 20_000

/**
 * Whether every value that surely meets `narrow` surely meets `wide`.
 *
 * Proved by trying the values of an `enum`, by equal fragments, by order of bounds, and keyword by keyword; one pattern within another only when
 * they are the same text.
 *
 * @returns false also where it holds and no proof was found.
 * @example
 * isWithin({ enum: [5, 7] }, { maximum: 10 }) // true
 * isWithin({ pattern: '^ab' }, { pattern: '^a' }) // false: not proved
 */
export function isWithin(narrow: Condition, wide: Condition, effort: Effort = { left: mostSteps }): boolean {
  if (effort.left-- <= 0) return false
  if (wide === true || narrow === false) return true
  if (canonical(narrow as Json) === canonical(wide as Json)) return true
  const values = valuesOf(narrow)
  if (values !== undefined) return values.every((value) => holds(narrow, value) < 1 || holds(wide, value) === 1)
  if (wide === false || narrow === true) return wide !== false && Object.keys(wide).length === 0
  if (narrow.anyOf?.every((one) => isWithin(one, wide, effort))) return true
  if (narrow.allOf?.some((one) => isWithin(one, wide, effort))) return true
  return (Object.keys(wide) as (keyof ConditionObject)[]).every(
    (keyword) => wide[keyword] === undefined || meets(narrow, keyword, wide, effort),
  )
}

/** Whether no value surely meets the one and, surely or openly, the other: one that permits never lets through what the other stops. */
export function isApart(permitted: Condition, stopped: Condition, effort: Effort = { left: mostSteps }): boolean {
  if (effort.left-- <= 0) return false
  if (permitted === false || stopped === false) return true
  const values = valuesOf(permitted)
  if (values !== undefined) return values.every((value) => holds(permitted, value) < 1 || holds(stopped, value) === 0)
  if (permitted === true || stopped === true) return false
  const refused = valuesOf(stopped)
  // Beyond its values the other surely fails; each of its values must surely fail here.
  if (refused !== undefined) return refused.every((value) => holds(permitted, value) < 1)
  if (permitted.not !== undefined && canonical(permitted.not as Json) === canonical(stopped as Json)) return true
  if (permitted.anyOf?.every((one) => isApart(one, stopped, effort))) return true
  if (stopped.anyOf?.every((one) => isApart(permitted, one, effort))) return true
  const kindsHere = kindsOf(permitted)
  if (stopped.type !== undefined && !listOf(stopped.type).some((kind) => kindsHere.some((one) => related(one, kind)))) return true
  const [low, high] = [boundsOf(permitted), boundsOf(stopped)]
  return kindsHere.every((kind) => related(kind, 'number')) && (low.most < high.least || high.most < low.least)
}

function meets(narrow: ConditionObject, keyword: keyof ConditionObject, wide: ConditionObject, effort: Effort): boolean {
  if (keyword in narrow && canonical(narrow[keyword] as Json) === canonical(wide[keyword] as Json))
    if (!['if', 'then', 'else', 'additionalProperties', 'properties'].includes(keyword))
      // What these say depends on their neighbours.
      return true
  const [here, there] = [boundsOf(narrow), boundsOf(wide)]
  const object = () => kindsOf(narrow).every((kind) => kind === 'object')
  switch (keyword) {
    case 'type':
      return kindsOf(narrow).every((kind) => listOf(wide.type!).some((one) => one === kind || (one === 'number' && kind === 'integer')))
    case 'minimum':
      return here.least >= wide.minimum!
    case 'maximum':
      return here.most <= wide.maximum!
    case 'exclusiveMinimum':
      return here.least > there.least || (narrow.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) >= wide.exclusiveMinimum!
    case 'exclusiveMaximum':
      return here.most < there.most || (narrow.exclusiveMaximum ?? Number.POSITIVE_INFINITY) <= wide.exclusiveMaximum!
    case 'minLength':
    case 'minItems':
      return (narrow[keyword] ?? -1) >= wide[keyword]!
    case 'maxLength':
    case 'maxItems':
      return (narrow[keyword] ?? Number.POSITIVE_INFINITY) <= wide[keyword]!
    case 'items':
      return narrow.items !== undefined && isWithin(narrow.items, wide.items!, effort)
    case 'required':
      return object() && wide.required!.every((name) => narrow.required?.includes(name))
    case 'properties':
      return (
        object() &&
        Object.entries(wide.properties!).every(([name, inner]) => {
          const own = narrow.properties !== undefined && Object.hasOwn(narrow.properties, name) ? narrow.properties[name] : undefined
          return own !== undefined ? isWithin(own, inner, effort) : narrow.additionalProperties === false
        })
      )
    case 'additionalProperties': {
      const known = Object.keys(wide.properties ?? {})
      const own = Object.keys(narrow.properties ?? {})
      return (
        object() && (wide.additionalProperties! || (narrow.additionalProperties === false && own.every((name) => known.includes(name))))
      )
    }
    case 'anyOf':
      return wide.anyOf!.some((one) => isWithin(narrow, one, effort))
    case 'allOf':
      return wide.allOf!.every((one) => isWithin(narrow, one, effort))
    case 'not':
      return isApart(narrow, wide.not!, effort)
    case 'if':
      return (['if', 'then', 'else'] as const).every((part) => canonical(narrow[part] as Json) === canonical(wide[part] as Json))
    case 'then':
    case 'else':
      // They say nothing without `if`, and are compared with it.
      return true
    default:
      return false
  }
}

/** All values that can meet it, where it lists them. */
function valuesOf(condition: Condition): readonly Json[] | undefined {
  if (typeof condition === 'boolean') return condition ? undefined : []
  if (condition.const !== undefined) return [condition.const]
  return condition.enum
}

/** Kinds that something surely meeting it can be. */
function kindsOf(condition: ConditionObject): readonly Kind[] {
  const { type, pattern, minLength, maxLength, items, minItems, maxItems, properties, required, additionalProperties } = condition
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = condition
  const some = (...keywords: unknown[]) => keywords.some((one) => one !== undefined)
  const implied: Kind[] = []
  if (some(pattern, minLength, maxLength)) implied.push('string')
  if (some(minimum, maximum, exclusiveMinimum, exclusiveMaximum)) implied.push('number')
  if (some(items, minItems, maxItems)) implied.push('array')
  if (some(properties, required, additionalProperties)) implied.push('object')
  if (type !== undefined) return listOf(type)
  return implied.length > 0 ? implied.slice(0, 1) : kinds
}

function listOf(type: Kind | readonly Kind[]): readonly Kind[] {
  return typeof type === 'string' ? [type] : type
}

/** Whether a value can be of both. */
function related(one: Kind, other: Kind): boolean {
  const numeric = (kind: Kind) => kind === 'number' || kind === 'integer'
  return one === other || (numeric(one) && numeric(other))
}

/** Greatest lower and least upper bound of numbers; exclusive bounds taken as inclusive ones, which is wider. */
function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: ConditionObject) {
  return {
    least: Math.max(minimum ?? Number.NEGATIVE_INFINITY, exclusiveMinimum ?? Number.NEGATIVE_INFINITY),
    most: Math.min(maximum ?? Number.POSITIVE_INFINITY, exclusiveMaximum ?? Number.POSITIVE_INFINITY),
  }
}

/** Whether nothing can surely meet it: proved by its values, kinds or bounds. */
export function isEmpty(condition: Condition): boolean {
  if (typeof condition === 'boolean') return !condition
  const values = valuesOf(condition)
  if (values !== undefined) return values.every((value) => holds(condition, value) < 1)
  const { least, most } = boundsOf(condition)
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = condition
  if (least > most || minLength > maxLength || minItems > maxItems) return true
  const { exclusiveMinimum, exclusiveMaximum, type } = condition
  if (least === most && (exclusiveMinimum === least || exclusiveMaximum === most)) return true
  const { type: _, ...rest } = condition
  if (type !== undefined && !listOf(type).some((kind) => kindsOf(rest).some((one) => related(one, kind)))) return true
  return (condition.allOf?.some(isEmpty) ?? false) || (condition.anyOf?.every(isEmpty) ?? false)
}

/** Whether a value of one of the kinds can surely meet it, as far as kinds tell. */
export function suits(condition: Condition, allowed: readonly Kind[]): boolean {
  if (typeof condition === 'boolean') return condition
  const values = valuesOf(condition)
  if (values !== undefined) return values.some((value) => isKind(value, allowed))
  if (condition.anyOf !== undefined && !condition.anyOf.some((one) => suits(one, allowed))) return false
  if (condition.allOf !== undefined && !condition.allOf.every((one) => suits(one, allowed))) return false
  return kindsOf(condition).some((one) => allowed.some((kind) => related(one, kind)))
}
