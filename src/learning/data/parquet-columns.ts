// Types of columns, found by looking at all rows: texts, truth values, whole numbers, numbers, lists, structs. Pure; it writes nothing.
import type { SchemaElement } from 'hyparquet'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'

/** What was seen in one place of all rows. `unknown`: only null, or elements of lists that were always empty. */
export type ColumnType =
  | { readonly kind: 'unknown' | 'text' | 'truth' | 'whole' | 'number' }
  | { readonly kind: 'list'; readonly element: ColumnType }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, ColumnType> }

export const unknown: ColumnType = { kind: 'unknown' }

/**
 * The type that holds what `type` held and this value too.
 * @throws BanyanError E_DATASET_COLUMN naming the column, where there is none: a text here and a list there.
 */
export function widened(type: ColumnType, value: Json | undefined, column: string): ColumnType {
  if (value === null || value === undefined) return type
  if (Array.isArray(value)) {
    if (type.kind !== 'unknown' && type.kind !== 'list') throw mixed(column, type.kind, 'list')
    let element = type.kind === 'list' ? type.element : unknown
    const before = element
    for (const item of value as readonly Json[]) element = widened(element, item, column)
    return type.kind === 'list' && element === before ? type : { kind: 'list', element }
  }
  if (typeof value === 'object') {
    if (type.kind !== 'unknown' && type.kind !== 'struct') throw mixed(column, type.kind, 'struct')
    let fields = type.kind === 'struct' ? type.fields : new Map<string, ColumnType>()
    let same = type.kind === 'struct'
    for (const [name, item] of Object.entries(value)) {
      const before = fields.get(name)
      const after = widened(before ?? unknown, item, `${column}.${name}`)
      if (after === before) continue
      if (same) fields = new Map(fields)
      same = false
      ;(fields as Map<string, ColumnType>).set(name, after)
    }
    return same ? type : { kind: 'struct', fields }
  }
  const kind = typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'truth' : Number.isSafeInteger(value) ? 'whole' : 'number'
  if (type.kind === kind || (type.kind === 'number' && kind === 'whole')) return type
  if (type.kind === 'unknown' || (type.kind === 'whole' && kind === 'number')) return { kind }
  throw mixed(column, type.kind, kind)
}

/** Whether a column of this type can be written: a struct without any field cannot, nor a list of such. */
export function writable(type: ColumnType): boolean {
  if (type.kind === 'list') return writable(type.element)
  return type.kind !== 'struct' || [...type.fields.values()].some(writable)
}

/** The schema of a column, parents before children. Everything may be null; lists have three levels, as readers expect. */
export function schemaOf(name: string, type: ColumnType): SchemaElement[] {
  const repetition_type = 'OPTIONAL'
  switch (type.kind) {
    case 'unknown':
    case 'text':
      return [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' }, repetition_type }]
    case 'truth':
      return [{ name, type: 'BOOLEAN', repetition_type }]
    case 'whole':
      return [{ name, type: 'INT64', repetition_type }]
    case 'number':
      return [{ name, type: 'DOUBLE', repetition_type }]
    case 'list':
      return [
        { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...schemaOf('element', type.element),
      ]
    case 'struct': {
      const fields = [...type.fields].filter(([, field]) => writable(field))
      return [{ name, repetition_type, num_children: fields.length }, ...fields.flatMap(([field, inner]) => schemaOf(field, inner))]
    }
  }
}

/** A value as its column's type needs it: whole numbers are of 64 bits. */
export function columnValue(type: ColumnType, value: Json | undefined): unknown {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'whole':
      return BigInt(value as number)
    case 'list':
      return (value as readonly Json[]).map((item) => columnValue(type.element, item))
    case 'struct': {
      const made: Record<string, unknown> = {}
      for (const [name, field] of type.fields) {
        if (writable(field)) made[name] = columnValue(field, (value as { readonly [name: string]: Json })[name])
      }
      return made
    }
    default:
      return value
  }
}

function mixed(column: string, before: string, now: string): BanyanError {
  return new BanyanError('E_DATASET_COLUMN', `the column ${JSON.stringify(column)} holds values of two types`, {
    seen: `${before} and ${now}`,
    wanted: 'one type in all rows',
    hint: 'Write JSONL, or make the rows alike (prompts all texts, or all chats).',
  })
}
