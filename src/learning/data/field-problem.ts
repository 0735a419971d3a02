// What a zod schema finds wrong with a row, as one field with what was seen and what is wanted. It knows no row and no format.
import type { z } from 'zod'
import type { Json } from '../../core/common.ts'

/** What is wrong with a field. */
export interface FieldProblem {
  readonly field: string
  readonly seen: string
  readonly wanted: string
}

/** The first thing that a schema finds wrong; undefined when there is nothing. Fields within fields are joined by dots: `steps.2`. */
export function fieldProblem(schema: z.ZodType, row: Json | undefined): FieldProblem | undefined {
  const issue = schema.safeParse(row).error?.issues[0]
  if (issue === undefined) return undefined
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
  const seen = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key], row)
  return { field: path.map(String).join('.'), seen: shown(seen), wanted: wanted(issue) }
}

/** A value as it is told in a problem: JSON of at most 80 characters. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value))
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return 'no such field'
  return issue.message
    .replace(/^Invalid (?:input|option): expected (.*?)(?:, received .*)?$/, '$1')
    .replace(/^Too (?:small|big): expected number to be /, 'a number ')
}
