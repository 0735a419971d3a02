// Checks a data file row by row in the words of its format, and its bytes against its manifest. A folder of documents is checked file by file.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { linesOf, type Manifest, sha256Of } from '../../learning/data/index.ts'
import type { DatasetFormat } from '../../learning/data/rows.ts'

export interface Problem {
  /** In a folder: which of its files. */
  readonly file?: string
  /** Line of a text file, or row of a Parquet file or of a list in a document, from 1; 0: the file as a whole. */
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
  const inside = await documentsIn(file)
  for (const name of inside ?? [undefined]) {
    const path = name === undefined ? file : join(file, name)
    for await (const { line, row } of rowsOf(path)) {
      rows++
      onRow(rows)
      const where = { ...(name === undefined ? {} : { file: name }), line }
      if (row instanceof Error) note({ ...where, field: '', seen: row.message, wanted: 'one JSON value' })
      else {
        const problem = format.problem(row)
        if (problem !== undefined) note({ ...where, ...problem })
      }
    }
  }
  if (manifest !== undefined && manifest.rows !== rows)
    note({ line: 0, field: '', seen: `${rows} rows`, wanted: `${manifest.rows}, as the manifest says` })
  // The digest of a folder is over its documents in the order in which they were written, which the folder does not keep.
  else if (manifest !== undefined && inside === undefined && (await sha256Of(file)) !== manifest.sha256)
    note({ line: 0, field: '', seen: 'other bytes than were written', wanted: `SHA-256 ${manifest.sha256}` })
  return { rows, bad, problems }
}

interface Row {
  readonly line: number
  readonly row: Json | Error
}

function rowsOf(path: string): AsyncGenerator<Row> {
  return path.endsWith('.parquet') ? parquetRows(path) : path.endsWith('.json') ? documentRows(path) : jsonRows(path)
}

/** Names of the documents in a folder, in order; undefined when it is none. */
async function documentsIn(path: string): Promise<readonly string[] | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || !found.isDirectory()) return undefined
  return (await readdir(path)).filter((name) => name.endsWith('.json')).sort()
}

/** A document is one row, or a list of them. What is none is read as lines: files that end in .json often hold such. */
async function* documentRows(file: string): AsyncGenerator<Row> {
  let document: Json
  try {
    document = JSON.parse(await readFile(file, 'utf8')) as Json
  } catch {
    yield* jsonRows(file)
    return
  }
  for (const [at, row] of (Array.isArray(document) ? (document as readonly Json[]) : [document]).entries()) yield { line: at + 1, row }
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
