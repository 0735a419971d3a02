// Makes a checker of a JSON schema that a task file brings: of bounded size and depth, with local references only and no patterns,
// so that no schema can reach out, run long or never end. The checking itself is zod's.
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'

/** Deepest nesting of a schema, references followed. */
const schemaDepth = 16
/** Most sub-schemas, counted as often as references lead to them. */
const schemaSize = 2000

/**
 * A zod schema for a JSON schema (draft 2020-12).
 * @throws `E_SCHEMA_UNSAFE` for remote or recursive references, patterns, or too much of it; `E_SCHEMA_INVALID` for what is no schema.
 */
export function schemaFromJson(schema: Json): z.ZodType {
  if (!isObject(schema))
    throw new BanyanError('E_SCHEMA_INVALID', 'a schema is an object', { seen: schema, wanted: 'a JSON schema (draft 2020-12)' })
  measure(schema, { root: schema, following: new Set(), sizes: new Map() }, 0)
  try {
    return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
  } catch (cause) {
    throw new BanyanError('E_SCHEMA_INVALID', `the JSON schema cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, {
      wanted: 'a JSON schema (draft 2020-12) without if/then/else and dynamic references',
      cause,
    })
  }
}

interface Measuring {
  readonly root: JsonObject
  readonly following: Set<string>
  readonly sizes: Map<string, number>
}
type JsonObject = { readonly [key: string]: Json | undefined }

const single = ['items', 'additionalItems', 'additionalProperties', 'propertyNames', 'contains', 'not']
const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems', 'items']
const maps = ['properties', '$defs', 'definitions', 'dependentSchemas']

// How many schemas checking a value can visit; throws when that is too many, or never ends.
function measure(schema: Json | undefined, measuring: Measuring, depth: number): number {
  if (!isObject(schema)) return 1
  if (depth > schemaDepth) throw unsafe('the schema is nested too deeply', `at most ${schemaDepth} levels, references followed`)
  if ('pattern' in schema || 'patternProperties' in schema)
    throw unsafe('patterns are not taken', 'a schema without pattern and patternProperties')
  let size = 1
  const add = (part: Json | undefined) => {
    size += measure(part, measuring, depth + 1)
    if (size > schemaSize) throw unsafe('the schema is too large', `at most ${schemaSize} sub-schemas, references followed`)
  }
  if (schema.$ref !== undefined) size += follow(schema.$ref, measuring, depth)
  for (const key of single) if (isObject(schema[key])) add(schema[key])
  for (const key of lists) if (Array.isArray(schema[key])) for (const part of schema[key] as Json[]) add(part)
  for (const key of maps) if (isObject(schema[key])) for (const part of Object.values(schema[key])) add(part)
  return size
}

function follow(reference: Json, measuring: Measuring, depth: number): number {
  if (typeof reference !== 'string' || !reference.startsWith('#'))
    throw unsafe('only local references are followed', 'a $ref that begins with #/', reference)
  const known = measuring.sizes.get(reference)
  if (known !== undefined && known <= schemaSize) return known
  if (measuring.following.has(reference)) throw unsafe('the schema refers to itself', 'a schema without recursion', reference)
  measuring.following.add(reference)
  const size = measure(resolve(reference, measuring.root), measuring, depth + 1)
  measuring.following.delete(reference)
  measuring.sizes.set(reference, size)
  return size
}

function resolve(reference: string, root: JsonObject): Json {
  let at: Json | undefined = root
  for (const part of reference.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
  }
  if (at === undefined)
    throw new BanyanError('E_SCHEMA_INVALID', 'a reference leads nowhere', {
      seen: reference,
      wanted: 'the place of a sub-schema, such as #/$defs/name',
    })
  return at
}

function unsafe(message: string, wanted: string, seen?: unknown): BanyanError {
  return new BanyanError('E_SCHEMA_UNSAFE', message, { wanted, ...(seen === undefined ? {} : { seen }) })
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
