// JSON that loses nothing which a record may hold: NaN, infinities and -0 survive, and long texts may be kept elsewhere.
// What JSON cannot say is written as an object with one key that begins with `$`; records' own objects of that form are wrapped.
import type { Json } from '../core/common.ts'

/** Keeps a text elsewhere and returns its number, or returns undefined to leave it where it is. */
export type KeepText = (text: string) => number | undefined

/** A record as text. `marked`: it holds marks, and must be read through {@link fromExactJson}'s second step. */
export interface ExactJson {
  readonly json: string
  readonly marked: boolean
}

/** Writes a value. Keys whose value is undefined are left out, as in JSON. */
export function toExactJson(value: unknown, keep: KeepText = () => undefined): ExactJson {
  const written = marked(value, keep)
  return { json: JSON.stringify(written), marked: written !== value }
}

/** Reads a value back. @throws SyntaxError for what is no JSON, RangeError for a mark that means nothing. */
export function fromExactJson({ json, marked }: ExactJson, textOf: (id: number) => string | undefined = () => undefined): Json {
  const value = JSON.parse(json) as Json
  return marked ? unmarked(value, textOf) : value
}

/** The same object where nothing needs a mark, so that ordinary records cost no copy. */
function marked(value: unknown, keep: KeepText): unknown {
  if (typeof value === 'string') {
    const id = keep(value)
    return id === undefined ? value : { $text: id }
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? '-0' : String(value) }
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined
    for (let i = 0; i < value.length; i++) {
      const item = marked(value[i], keep)
      if (item !== value[i] || copy !== undefined) {
        copy ??= value.slice(0, i)
        copy[i] = item
      }
    }
    return copy ?? value
  }
  const keys = Object.keys(value)
  let changed: Map<string, unknown> | undefined
  for (const key of keys) {
    const before = (value as Record<string, unknown>)[key]
    const after = marked(before, keep)
    if (!Object.is(after, before)) {
      changed ??= new Map()
      changed.set(key, after)
    }
  }
  // `fromEntries` defines properties, so that a key named `__proto__` stays a key.
  const written =
    changed === undefined
      ? value
      : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changed.has(key) ? changed.get(key) : item]))
  return keys.length === 1 && keys[0]?.startsWith('$') ? { $object: written } : written
}

/** The second step of {@link fromExactJson}: what the marks of a parsed value mean. @throws RangeError for a mark that means nothing. */
export function unmarked(value: Json, textOf: (id: number) => string | undefined): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: Json) => unmarked(item, textOf))
  const entries = Object.entries(value as { readonly [key: string]: Json })
  const first = entries.length === 1 ? entries[0] : undefined
  if (first?.[0].startsWith('$')) return meaning(first[0], first[1], textOf)
  return Object.fromEntries(entries.map(([key, item]) => [key, unmarked(item, textOf)]))
}

function meaning(mark: string, value: Json, textOf: (id: number) => string | undefined): Json {
  if (mark === '$text' && typeof value === 'number') {
    const text = textOf(value)
    if (text !== undefined) return text
  } else if (mark === '$number' && typeof value === 'string') {
    return Number(value)
  } else if (mark === '$object' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value as { readonly [key: string]: Json }).map(([key, item]) => [key, unmarked(item, textOf)]))
  }
  throw new RangeError(`the mark ${mark} with ${JSON.stringify(value)} means nothing`)
}
