// What names a search completely, as plain JSON: it stands in the header of a run, so that the run can be assembled again.
// It holds names and numbers only; what they mean, local configuration says.
import { z } from 'zod'
import type { Json } from '../core/common.ts'
import { BanyanError } from '../core/errors.ts'

export interface RunSpec {
  readonly environment: string
  /** As it was given; the environment's schema fills its defaults. */
  readonly task: Json
  /** The model's name, never an address or a path. Absent: no part needs one. */
  readonly model?: string | undefined
  /** Names of the MCP servers whose tools it uses. */
  readonly tools?: readonly string[] | undefined
  readonly searcher: string
  /** All settings of the searcher. */
  readonly settings: Readonly<Record<string, Json>>
  readonly proposer: string
  /** Absent: the searcher judges nothing. */
  readonly evaluator?: string | undefined
  readonly budget: Readonly<Record<string, number>>
  readonly concurrency: number
  readonly seed: number
}

const specSchema = z.strictObject({
  environment: z.string(),
  task: z.json(),
  model: z.string().optional(),
  tools: z.array(z.string()).optional(),
  searcher: z.string(),
  settings: z.record(z.string(), z.json()),
  proposer: z.string(),
  evaluator: z.string().optional(),
  budget: z.record(z.string(), z.number()),
  concurrency: z.int().min(1).max(4096),
  seed: z.int().min(0),
})

/**
 * Reads a specification that comes from a file or a log.
 * @throws `E_SPEC_INVALID` with the field, the value and what is wanted.
 */
export function readRunSpec(json: unknown): RunSpec {
  const parsed = specSchema.safeParse(json)
  if (parsed.success) return parsed.data as RunSpec
  throw schemaError('E_SPEC_INVALID', 'the specification of the run cannot be read', json, parsed.error)
}

/** An error for the first issue that a schema found. */
export function schemaError(code: string, message: string, value: unknown, error: z.ZodError): BanyanError {
  const issue = error.issues[0]
  const path = (issue?.path ?? []).map(String)
  const seen = path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null | undefined)?.[name], value)
  return new BanyanError(code, path.length === 0 ? message : `${message}: field ${JSON.stringify(path.join('.'))}`, {
    ...(seen === undefined ? {} : { seen }),
    wanted: plainMessage(issue?.message ?? 'another value'),
    cause: error,
  })
}

/** The schema library's own words, shortened to what is wanted. */
function plainMessage(message: string): string {
  return message
    .replace(/^wanted /, '')
    .replace(/^Invalid input: expected (.*), received .*$/, 'a value of type $1')
    .replace(/^Unrecognized keys?: /, 'no such field as ')
}
