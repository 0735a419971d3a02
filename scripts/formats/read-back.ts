// What Python's readers found in files, against what was written: number of rows, types of columns, every value.
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import type { Json } from '../../src/core/common.ts'
import { type ColumnType, unknown, widened, writable } from '../../src/learning/data/parquet-columns.ts'

const run = promisify(execFile)
const program = join(import.meta.dirname, 'read-back.py')

/** A file that was written, and what it should hold. */
export interface WrittenFile {
  /** `trl.dpo, pair, form=standard, parquet`. */
  readonly name: string
  readonly path: string
  /** `recipe`: a file that a recipe wrote, without rows. */
  readonly as: 'jsonl' | 'parquet' | 'json' | 'recipe'
  readonly rows: readonly Json[]
}

interface Found {
  readonly id: number
  readonly reader: string
  readonly columns?: Readonly<Record<string, Json>> | null
  readonly rows?: readonly Json[]
  readonly error?: string
}

/** Reads all files with all readers that there are for them: what differs, or could not be read. */
export async function readBack(python: string, files: readonly WrittenFile[], folder: string): Promise<string[]> {
  const [listed, target] = [join(folder, 'listed.jsonl'), join(folder, 'found.jsonl')]
  const kinds = { jsonl: 'json', parquet: 'parquet', json: 'documents', recipe: 'recipe' }
  writeFileSync(listed, files.map(({ path, as }, id) => JSON.stringify({ id, path, kind: kinds[as] })).join('\n'))
  const environment = { ...process.env, HF_HUB_OFFLINE: '1', HF_DATASETS_OFFLINE: '1', HF_HOME: folder }
  try {
    await run(python, ['-W', 'ignore', program, listed, target], { env: environment, maxBuffer: 2 ** 26 })
  } catch (error) {
    return [`Python's readers ended: ${(error as Error).message.trim().split('\n').at(-1)}`]
  }
  const problems: string[] = []
  const lines = readFileSync(target, 'utf8').trim().split('\n')
  for (const line of lines) {
    const { id, reader, columns, rows, error } = JSON.parse(line) as Found
    const { name, rows: expected, as } = files[id]!
    // datasets keeps structs whose fields vary as JSON, with ten digits behind the point.
    const tolerance = JSON.stringify(columns ?? null).includes('"json"') ? 1e-10 : 0
    const problem =
      error ?? rowProblem(rows ?? [], expected, { anyOrder: as === 'json', tolerance }) ?? typeProblem(columns ?? undefined, expected)
    if (problem !== undefined) problems.push(`${name}: ${reader}: ${problem}`)
  }
  const wanted = files.reduce((sum, { as }) => sum + (as === 'json' || as === 'recipe' ? 1 : 2), 0)
  if (lines.length !== wanted) problems.push(`Python told of ${lines.length} readings; ${wanted} were wanted`)
  return problems
}

interface Comparison {
  readonly anyOrder: boolean
  /** Greatest difference of numbers. */
  readonly tolerance: number
}

function rowProblem(rows: readonly Json[], expected: readonly Json[], { anyOrder, tolerance }: Comparison): string | undefined {
  if (rows.length !== expected.length) return `${rows.length} rows, ${expected.length} were written`
  const [found, wanted] = [rows, expected].map((all) => {
    const bare = all.map(withoutNulls)
    return anyOrder ? bare.map((row) => JSON.stringify(row)).sort() : bare
  }) as [unknown[], unknown[]]
  for (const [at, row] of found.entries()) {
    const problem = valueProblem(row, wanted[at], `row ${at + 1}`, tolerance)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** The first place where two values differ, and how. */
function valueProblem(found: unknown, wanted: unknown, path: string, tolerance: number): string | undefined {
  if (isDeepStrictEqual(found, wanted)) return undefined
  if (typeof found === 'number' && typeof wanted === 'number' && Math.abs(found - wanted) <= tolerance) return undefined
  const inner =
    [found, wanted].every((value) => typeof value === 'object' && value !== null) && Array.isArray(found) === Array.isArray(wanted)
  if (!inner) return `${path} is ${shortened(found)}, ${shortened(wanted)} was written`
  const [a, b] = [found, wanted] as [Record<string, unknown>, Record<string, unknown>]
  for (const name of new Set([...Object.keys(b), ...Object.keys(a)])) {
    const problem = valueProblem(a[name], b[name], `${path}.${name}`, tolerance)
    if (problem !== undefined) return problem
  }
  return undefined
}

function shortened(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 200)
}

/** Columns fill what a row does not have with null. Keys in order, so that rows can be compared. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined) as [string, Json][]
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, withoutNulls(inner)]))
}

function typeProblem(columns: Found['columns'], expected: readonly Json[]): string | undefined {
  if (columns === undefined || columns === null || expected.length === 0) return undefined
  let wanted: ColumnType = unknown
  for (const row of expected) wanted = widened(wanted, row, 'row')
  return difference(columns, wanted, 'row')
}

/** Where a type that was read is another than what was written; what never had a value may have any. */
function difference(found: Json, wanted: ColumnType, path: string): string | undefined {
  if (wanted.kind === 'unknown' || !writable(wanted) || (found === 'json' && wanted.kind === 'struct')) return undefined
  if (wanted.kind === 'list')
    return Array.isArray(found) ? difference(found[0] as Json, wanted.element, `${path}[]`) : differs(found, wanted, path)
  if (wanted.kind !== 'struct') return found === wanted.kind ? undefined : differs(found, wanted, path)
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return differs(found, wanted, path)
  for (const [name, inner] of wanted.fields) {
    const problem = difference((found as { readonly [name: string]: Json })[name] ?? null, inner, `${path}.${name}`)
    if (problem !== undefined) return problem
  }
  const surplus = Object.keys(found).find((name) => !wanted.fields.has(name))
  return surplus === undefined ? undefined : `${path} has a field ${surplus} that was not written`
}

function differs(found: Json, wanted: ColumnType, path: string): string {
  return `${path} is of type ${JSON.stringify(found)}, ${wanted.kind} was written`
}
