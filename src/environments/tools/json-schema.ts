// Checks values against a JSON Schema that somebody else wrote: a server, whose schemas are data and no more. So nothing is compiled to code or
// fetched, patterns run in linear time, and size, depth and work are bounded. It knows no tool. (Schemas of answers, which may be refused where they
// have patterns or refer to themselves, become zod's in `reasoning/json-schema.ts`; tools that others wrote are taken as they are.)
import { RE2JS } from 're2js'
import type { Json } from '../../core/common.ts'
import { canonical } from '../../core/digest.ts'
import { BanyanError } from '../../core/errors.ts'

/** Deepest nesting of a schema. */
const deepest = 64
/** Most values within a schema. */
const largest = 20_000
/** Most applications of a schema to a value in one check: references may lead in circles. */
const mostWork = 100_000
/** Most problems that are told. */
const mostTold = 5

/** What is wrong with a value; empty when nothing is. */
export type JsonSchemaCheck = (value: Json) => readonly string[]

interface Here {
  /** The schema in which the keyword stands. */
  readonly beside: Readonly<Record<string, Json>>
  readonly path: string
  readonly depth: number
  /** Applies a schema. */
  apply(schema: Json, value: Json, path?: string): readonly string[]
  /** The schema to which a local reference leads. */
  lookUp(reference: string): Json | undefined
}

/**
 * A check by a JSON Schema of draft 2020-12 (tuples as in draft 7 too). `format`, `unevaluated…` and dynamic references decide nothing,
 * and patterns that are not of RE2 (look-around, back-references) count as met.
 *
 * @throws BanyanError E_TOOL_SCHEMA for a schema that is none, too large, or refers to elsewhere.
 *
 * @example
 * jsonSchemaCheck({ type: 'object', required: ['city'] })({}) // ['the input: "city" is missing']
 */
export function jsonSchemaCheck(schema: Json): JsonSchemaCheck {
  screen(schema)
  return (value) => {
    let work = 0
    const apply = (schema: Json, value: Json, path: string, depth: number): readonly string[] => {
      if (schema === false) return [`${path}: nothing is allowed here`]
      if (!isObject(schema)) return []
      if (++work > mostWork || depth > 4 * deepest) return [`${path}: it is too deep to be checked`]
      const here: Here = {
        beside: schema,
        path,
        depth,
        apply: (inner, of, at = path) => apply(inner, of, at, depth + 1),
        lookUp,
      }
      const problems: string[] = []
      for (const [name, argument] of Object.entries(schema)) {
        const found = Object.hasOwn(keywords, name) ? keywords[name]!(argument, value, here) : undefined
        if (typeof found === 'string') problems.push(`${path}: ${found}`)
        else if (found !== undefined) problems.push(...found)
      }
      return problems
    }
    return apply(schema, value, 'the input', 0).slice(0, mostTold)
  }

  function lookUp(reference: string): Json | undefined {
    const [, ...steps] = reference.split('/').map((step) => decoded(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    let found: Json | undefined = schema
    for (const step of steps) {
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined
      found = (found as Readonly<Record<string, Json>>)[step]
    }
    return found
  }
}

type Keyword = (argument: Json, value: Json, here: Here) => string | readonly string[] | undefined

/** A keyword that speaks of one kind of value and has an argument of one kind; anything else passes. */
const of =
  <Value extends Json, Argument extends Json>(
    isValue: (value: Json) => value is Value,
    isArgument: (argument: Json) => argument is Argument,
    judge: (argument: Argument, value: Value, here: Here) => string | readonly string[] | undefined,
  ): Keyword =>
  (argument, value, here) =>
    isValue(value) && isArgument(argument) ? judge(argument, value, here) : undefined
/** A bound that is broken. */
const bound = (broken: boolean, wanted: string) => (broken ? `wanted ${wanted}` : undefined)

const keywords: Readonly<Record<string, Keyword>> = {
  $ref(reference, value, { apply, lookUp }) {
    const target = typeof reference === 'string' ? lookUp(reference) : undefined
    return target === undefined ? undefined : apply(target, value)
  },
  type(wanted, value) {
    const types = isArray(wanted) ? wanted : [wanted]
    return types.some((type) => isOfType(value, type)) ? undefined : `wanted ${types.join(' or ')}, got ${shown(value)}`
  },
  const: (wanted, value) => bound(!same(wanted, value), shown(wanted)),
  enum: (wanted, value) =>
    Array.isArray(wanted) && !wanted.some((one) => same(one, value))
      ? `wanted one of ${wanted.map(shown).join(', ')}, got ${shown(value)}`
      : undefined,
  minimum: of(isNumber, isNumber, (least, value) => bound(value < least, `at least ${least}, got ${value}`)),
  maximum: of(isNumber, isNumber, (most, value) => bound(value > most, `at most ${most}, got ${value}`)),
  exclusiveMinimum: of(isNumber, isNumber, (least, value) => bound(value <= least, `more than ${least}, got ${value}`)),
  exclusiveMaximum: of(isNumber, isNumber, (most, value) => bound(value >= most, `less than ${most}, got ${value}`)),
  multipleOf: of(isNumber, isNumber, (unit, value) => bound(!isMultiple(value, unit), `a multiple of ${unit}, got ${value}`)),
  minLength: of(isString, isNumber, (least, text) => bound(lengthOf(text) < least, `at least ${least} characters`)),
  maxLength: of(isString, isNumber, (most, text) => bound(lengthOf(text) > most, `at most ${most} characters`)),
  pattern: of(isString, isString, (pattern, text) => bound(!matches(pattern, text), `a text like /${pattern}/, got ${shown(text)}`)),
  minItems: of(isArray, isNumber, (least, items) => bound(items.length < least, `at least ${least} items`)),
  maxItems: of(isArray, isNumber, (most, items) => bound(items.length > most, `at most ${most} items`)),
  uniqueItems: (wanted, items) =>
    bound(wanted === true && isArray(items) && new Set(items.map(canonical)).size < items.length, 'every item once'),
  prefixItems: of(isArray, isArray, eachOf),
  items(schema, value, here) {
    if (!isArray(value)) return undefined
    // A tuple, as it was written before draft 2020-12.
    if (isArray(schema)) return eachOf(schema, value, here)
    const { prefixItems = [] } = here.beside
    const first = isArray(prefixItems) ? prefixItems.length : 0
    return value.slice(first).flatMap((item, at) => here.apply(schema, item, within(here.path, String(first + at))))
  },
  additionalItems(schema, value, { apply, beside, path }) {
    const { items = false } = beside
    if (!isArray(value) || !isArray(items)) return undefined
    return value.slice(items.length).flatMap((item, at) => apply(schema, item, within(path, String(items.length + at))))
  },
  contains(schema, value, { apply, beside }) {
    if (!isArray(value)) return undefined
    const found = value.filter((item) => apply(schema, item).length === 0).length
    const least = typeof beside.minContains === 'number' ? beside.minContains : 1
    const most = typeof beside.maxContains === 'number' ? beside.maxContains : value.length
    return bound(found < least || found > most, `${least} to ${most} items of a kind, got ${found}`)
  },
  minProperties: of(isObject, isNumber, (least, value) => bound(Object.keys(value).length < least, `at least ${least} fields`)),
  maxProperties: of(isObject, isNumber, (most, value) => bound(Object.keys(value).length > most, `at most ${most} fields`)),
  required: of(isObject, isArray, (names, value, { path }) =>
    names.filter((name) => typeof name === 'string' && !Object.hasOwn(value, name)).map((name) => `${path}: ${shown(name)} is missing`),
  ),
  properties: of(isObject, isObject, (schemas, value, { apply, path }) =>
    Object.entries(schemas).flatMap(([name, schema]) =>
      Object.hasOwn(value, name) ? apply(schema, value[name]!, within(path, name)) : [],
    ),
  ),
  patternProperties: of(isObject, isObject, (schemas, value, { apply, path }) =>
    Object.entries(schemas).flatMap(([pattern, schema]) =>
      Object.entries(value).flatMap(([name, field]) => (finds(pattern, name) === true ? apply(schema, field, within(path, name)) : [])),
    ),
  ),
  additionalProperties(schema, value, { apply, beside, path }) {
    if (!isObject(value)) return undefined
    const { properties = {}, patternProperties = {} } = beside
    const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : []
    const others = Object.entries(value).filter(
      // A pattern that cannot be judged may be meant.
      ([name]) => !(isObject(properties) && Object.hasOwn(properties, name)) && !patterns.some((pattern) => finds(pattern, name) !== false),
    )
    if (schema === false && others.length > 0) return `there is no field ${others.map(([name]) => shown(name)).join(', ')}`
    return others.flatMap(([name, field]) => apply(schema, field, within(path, name)))
  },
  propertyNames: of(isObject, isSchema, (schema, value, { apply, path }) =>
    Object.keys(value).flatMap((name) => apply(schema, name, within(path, name))),
  ),
  dependentRequired: of(isObject, isObject, (lists, value) => {
    const wanted = Object.entries(lists).flatMap(([name, others]) => (Object.hasOwn(value, name) && isArray(others) ? others : []))
    const missing = wanted.filter((name) => typeof name === 'string' && !Object.hasOwn(value, name))
    return missing.length === 0 ? undefined : `${missing.map(shown).join(', ')} is missing`
  }),
  dependentSchemas: of(isObject, isObject, (schemas, value, { apply }) =>
    Object.entries(schemas).flatMap(([name, schema]) => (Object.hasOwn(value, name) ? apply(schema, value) : [])),
  ),
  allOf: (schemas, value, { apply }) => (isArray(schemas) ? schemas.flatMap((schema) => apply(schema, value)) : undefined),
  anyOf(schemas, value, { apply }) {
    if (!isArray(schemas)) return undefined
    const tried = schemas.map((schema) => apply(schema, value))
    return tried.some((problems) => problems.length === 0) ? undefined : [...new Set(tried.flat())]
  },
  oneOf(schemas, value, { apply }) {
    if (!isArray(schemas)) return undefined
    const tried = schemas.map((schema) => apply(schema, value))
    const fitting = tried.filter((problems) => problems.length === 0).length
    if (fitting === 1) return undefined
    return fitting === 0 ? [...new Set(tried.flat())] : `it fits ${fitting} forms; wanted exactly one`
  },
  not: (schema, value, { apply }) => bound(apply(schema, value).length === 0, 'anything but this'),
  if(schema, value, { apply, beside }) {
    const branch = apply(schema, value).length === 0 ? beside.then : beside.else
    return branch === undefined ? undefined : apply(branch, value)
  },
}

function eachOf(schemas: readonly Json[], items: readonly Json[], { apply, path }: Here): readonly string[] {
  return schemas.slice(0, items.length).flatMap((schema, at) => apply(schema, items[at]!, within(path, String(at))))
}

/** Refuses what is no schema, or more than a tool's input needs. */
function screen(schema: Json): void {
  if (!isObject(schema) && typeof schema !== 'boolean') throw badSchema('it is none', schema, 'an object')
  let count = 0
  const look = (value: Json, depth: number): void => {
    if (++count > largest) throw badSchema('it is too large', `more than ${largest} values`, `at most ${largest}`)
    if (depth > deepest) throw badSchema('it is nested too deeply', `more than ${deepest} levels`, `at most ${deepest}`)
    if (typeof value !== 'object' || value === null) return
    const { $ref } = value as Readonly<Record<string, Json>>
    if (typeof $ref === 'string' && !/^#(\/|$)/.test($ref))
      throw badSchema('it refers to elsewhere', $ref, 'references within it, as in #/$defs/name')
    for (const inner of Object.values(value)) look(inner as Json, depth + 1)
  }
  look(schema, 0)
}

function badSchema(what: string, seen: unknown, wanted: string): BanyanError {
  return new BanyanError('E_TOOL_SCHEMA', `the JSON schema of a tool cannot be used: ${what}`, { seen, wanted })
}

function isOfType(value: Json, type: Json): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return isArray(value)
    case 'object':
      return isObject(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
function isNumber(value: Json): value is number {
  return typeof value === 'number'
}
function isString(value: Json): value is string {
  return typeof value === 'string'
}
function isSchema(value: Json): value is Json {
  return isObject(value) || typeof value === 'boolean'
}

/** Equal as JSON; keys may stand in any order. */
function same(one: Json, other: Json): boolean {
  return canonical(one) === canonical(other)
}

/** As exactly as numbers with a fraction can tell. */
function isMultiple(value: number, unit: number): boolean {
  const times = value / unit
  return Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times))
}

/** In characters, as JSON Schema counts. */
function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

function matches(pattern: string, text: string): boolean {
  return finds(pattern, text) !== false
}

/** Undefined for a pattern that is not of RE2. */
function finds(pattern: string, text: string): boolean | undefined {
  try {
    return RE2JS.compile(pattern).matcher(text).find()
  } catch {
    return undefined
  }
}

function within(path: string, name: string): string {
  return path === 'the input' ? name : `${path}.${name}`
}

function shown(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 79).toWellFormed()}…` : text
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    return step
  }
}
