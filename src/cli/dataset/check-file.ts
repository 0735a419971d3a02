// Checks a data file row by row in the words of its format, and its bytes against its manifest.
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { linesOf, type Manifest, sha256Of } from '../../learning/data/index.ts'
import type { DatasetFormat } from '../../learning/data/rows.ts'

export interface Problem {
  /** Line of a text file, or row of a Parquet file, from 1; 0: the file as a whole. */
  readonly line: number
  readonly field: string
  readonly seen: string
  readonly wanted: string
}

export interface Checked {
  readonly rows: number
  /** How many rows are bad. */
  readonly bad: number
  /** The first ones. */
  readonly problems: readonly Problem[]
}

/**
 * @param most problems that are told.
 * @throws `E_DATASET_READ` when the file cannot be read.
 */
export async function checkFile(
  file: string,
  format: Pick<DatasetFormat, 'problem'>,
  { manifest, most, onRow }: { readonly manifest: Manifest | undefined; readonly most: number; readonly onRow: (rows: number) => void },
): Promise<Checked> {
  const problems: Problem[] = []
  let bad = 0
  let rows = 0
  const note = (problem: Problem): void => {
    bad++
    if (problems.length < most) problems.push(problem)
  }
  for await (const { line, row } of file.endsWith('.parquet') ? parquetRows(file) : jsonRows(file)) {
    rows++
    onRow(rows)
    if (row instanceof Error) note({ line, field: '', seen: row.message, wanted: 'one JSON value' })
    else {
      const problem = format.problem(row)
      if (problem !== undefined) note({ line, ...problem })
    }
  }
  if (manifest !== undefined && manifest.rows !== rows)
    note({ line: 0, field: '', seen: `${rows} rows`, wanted: `${manifest.rows}, as the manifest says` })
  else if (manifest !== undefined && (await sha256Of(file)) !== manifest.sha256)
    note({ line: 0, field: '', seen: 'other bytes than were written', wanted: `SHA-256 ${manifest.sha256}` })
  return { rows, bad, problems }
}

interface Row {
  readonly line: number
  readonly row: Json | Error
}

async function* jsonRows(file: string): AsyncGenerator<Row> {
  for await (const { line, number } of linesOf(file)) {
    try {
      yield { line: number, row: JSON.parse(line) as Json }
    } catch (error) {
      yield { line: number, row: error as Error }
    }
  }
}

async function* parquetRows(file: string): AsyncGenerator<Row> {
  try {
    const buffer = await asyncBufferFromFile(file)
    const metadata = await parquetMetadataAsync(buffer)
    let rowStart = 0
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows)
      const rows = await parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd })
      for (const [i, row] of rows.entries()) yield { line: rowStart + i + 1, row: asJson(row) }
      rowStart = rowEnd
    }
  } catch (cause) {
    if (BanyanError.isInstance(cause)) throw cause
    throw new BanyanError('E_DATASET_READ', `${file} cannot be read: ${(cause as Error).message}`, { wanted: 'a Parquet file', cause })
  }
}

/** Whole numbers of 64 bits as numbers; what is null was not there. */
function asJson(row: unknown): Json {
  if (typeof row === 'bigint') return Number(row)
  if (Array.isArray(row)) return row.map(asJson)
  if (typeof row !== 'object' || row === null) return (row ?? null) as Json
  return Object.fromEntries(Object.entries(row).flatMap(([name, value]) => (value == null ? [] : [[name, asJson(value)]])))
}
