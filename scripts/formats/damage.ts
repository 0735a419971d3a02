// Damages data files on purpose: what the validator of the format says must name the line and the field.
import { readFileSync, writeFileSync } from 'node:fs'
import { type Checked, checkFile } from '../../src/cli/dataset/check-file.ts'
import type { Json } from '../../src/core/common.ts'
import { BanyanError } from '../../src/core/errors.ts'
import { type DatasetFormat, writeParquet } from '../../src/learning/data/index.ts'
import type { WrittenFile } from './read-back.ts'

type Row = { readonly [field: string]: Json }

/** Each damage, and what is wrong with how it was told: nothing, when line and field were named. */
export async function damages(
  { name, path, as, rows: written }: WrittenFile,
  format: DatasetFormat,
): Promise<{ damaged: number; problems: string[] }> {
  const problems: string[] = []
  let damaged = 0
  const file = `${path.replace(/\/$/, '')}.damaged.${as}`
  const tell = (what: string, told: string | undefined): void => {
    damaged++
    if (told !== undefined) problems.push(`${name}: ${what}: ${told}`)
  }
  // A document holds one row.
  const rows = as === 'json' ? written.slice(0, 1) : written
  const at = Math.floor(rows.length / 2)
  const row = rows[at] as Row
  let required = 0
  for (const field of Object.keys(row)) {
    const { [field]: _, ...without } = row
    const missing = { line: at + 1, field }
    if (format.problem(without) === undefined) continue
    required++
    await writeRows(file, as, rows.with(at, without))
    tell(`without ${field}`, misnamed(await checked(file, format), missing))
  }
  if (required === 0) tell('without any field', 'no field is missed')
  for (const field of Object.keys(row)) {
    // A column of a Parquet file has one type, so that all rows are wrong; its first one is told.
    const wrong = (one: Json): Json => ({ ...(one as Row), [field]: otherThan((one as Row)[field] ?? null) })
    await writeRows(file, as, as === 'parquet' ? rows.map(wrong) : rows.with(at, wrong(row)))
    tell(`${field} of another type`, misnamed(await checked(file, format), { line: as === 'parquet' ? 1 : at + 1, field }))
  }
  if (as === 'parquet') {
    const bytes = readFileSync(path)
    writeFileSync(file, bytes.subarray(0, bytes.length - 40))
    const told = await checked(file, format)
    tell('cut', BanyanError.isInstance(told) && told.code === 'E_DATASET_READ' ? undefined : 'E_DATASET_READ was not thrown')
  } else {
    const lines = rows.map((one) => JSON.stringify(one))
    writeFileSync(file, lines.with(at, lines[at]!.slice(0, -1)).join('\n'))
    tell('cut line', misnamed(await checked(file, format), { line: at + 1, field: '' }))
  }
  return { damaged, problems }
}

/** A value of another JSON type. */
function otherThan(value: Json): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? 'damaged' : { damaged: true }
}

async function writeRows(file: string, as: WrittenFile['as'], rows: readonly Json[]): Promise<void> {
  if (as === 'parquet') await writeParquet(rows, file)
  else writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
}

async function checked(file: string, format: DatasetFormat): Promise<Checked | Error> {
  try {
    return await checkFile(file, format, { manifest: undefined, most: 1, onRow: () => {} })
  } catch (error) {
    return error as Error
  }
}

function misnamed(told: Checked | Error, wanted: { readonly line: number; readonly field: string }): string | undefined {
  if (told instanceof Error) return `threw ${told.message}`
  const [problem] = told.problems
  if (problem === undefined) return 'nothing was said'
  const inside = wanted.field === '' ? problem.field === '' : problem.field === wanted.field || problem.field.startsWith(`${wanted.field}.`)
  if (problem.line === wanted.line && inside) return undefined
  return `line ${problem.line}, field ${JSON.stringify(problem.field)} were named`
}
