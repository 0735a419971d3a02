// How the formats check one line of a task file: by a schema, with an error that names the field, the value and what is wanted.
import type { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'

/**
 * The line, checked.
 * @throws `E_TASK_FORMAT`.
 */
export function readLine<Line>(format: string, schema: z.ZodType<Line>, line: Json): Line {
  const parsed = schema.safeParse(line)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const path = (issue?.path ?? []).map(String)
  const field = path.length === 0 ? 'the line' : `field ${JSON.stringify(path.join('.'))}`
  const value = path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null | undefined)?.[name], line)
  throw new BanyanError('E_TASK_FORMAT', `${field} does not fit the format ${format}`, {
    ...(value === undefined ? {} : { seen: value }),
    wanted: issue?.message ?? 'another value',
  })
}
