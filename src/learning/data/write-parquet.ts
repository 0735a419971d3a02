// Writes rows of JSON as Parquet: a first pass spools them to the disk and finds the columns' types, a second one writes groups of rows.
// So types may widen until the last row, and memory holds one group. It knows no format of any trainer.
import { rm } from 'node:fs/promises'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { jsonLine } from './json-row.ts'
import { linesOf } from './lines.ts'
import { OutputFile, type Written } from './output-file.ts'
import { type ColumnType, columnValue, schemaOf, unknown, widened, writable } from './parquet-columns.ts'

/** Options of `writeParquet`. */
export interface WriteParquetOptions {
  /** Rows of a group, at least 1. Default 10,000, and fewer where rows are long: a group holds at most about 32 MB of text. */
  readonly groupRows?: number
  /** Metadata of the file, by key. */
  readonly metadata?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

const groupCharacters = 32_000_000

/**
 * Writes rows (objects; a field is a column) as a Parquet file with SNAPPY compression. Columns stand in the order in which they were first seen; every
 * one may be null. Lists and structs may nest; structs that never have a field are left out. Without rows there is one column `row`
 * of texts, since a file needs one.
 *
 * While it is written, `<file>.part` and `<file>.rows.part` (the spool) stand beside the target; both are gone afterwards.
 *
 * @throws BanyanError E_DATASET_ROW for a row that is no object or holds NaN; E_DATASET_COLUMN for a column of two types; E_FILE_WRITE;
 * whatever `rows` throws; the signal's reason. The target is then as it was.
 * @example
 * await writeParquet([{ prompt: 'What is 2 + 2?', labels: [true, false] }], 'steps.parquet')
 */
export async function writeParquet(
  rows: AsyncIterable<Json> | Iterable<Json>,
  file: string,
  options: WriteParquetOptions = {},
): Promise<Written & { readonly rows: number }> {
  const spool = `${file}.rows`
  const output = await OutputFile.create(file)
  try {
    const { columns, count } = await spooled(rows, spool, options.signal)
    await writeGroups(spool, columns, output, options)
    return { ...(await output.finish()), rows: count }
  } catch (error) {
    await output.discard()
    throw error
  } finally {
    await rm(spool, { force: true })
  }
}

interface Column {
  readonly name: string
  readonly type: ColumnType
}

async function spooled(
  rows: AsyncIterable<Json> | Iterable<Json>,
  spool: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly columns: readonly Column[]; readonly count: number }> {
  const output = await OutputFile.create(spool)
  const types = new Map<string, ColumnType>()
  let count = 0
  try {
    for await (const row of rows) {
      signal?.throwIfAborted()
      if (typeof row !== 'object' || row === null || Array.isArray(row))
        throw new BanyanError('E_DATASET_ROW', `row ${count + 1} cannot be written as Parquet`, { seen: row, wanted: 'an object' })
      await output.write(`${jsonLine(row)}\n`)
      for (const [name, value] of Object.entries(row)) types.set(name, widened(types.get(name) ?? unknown, value, name))
      count++
    }
    await output.finish()
  } catch (error) {
    await output.discard()
    throw error
  }
  const columns = [...types].flatMap(([name, type]) => (writable(type) ? [{ name, type }] : []))
  return { columns: columns.length === 0 ? [{ name: 'row', type: unknown }] : columns, count }
}

async function writeGroups(
  spool: string,
  columns: readonly Column[],
  output: OutputFile,
  { groupRows = 10_000, metadata = {}, signal }: WriteParquetOptions,
): Promise<void> {
  const bytes = new ByteWriter()
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap(({ name, type }) => schemaOf(name, type))],
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    createdBy: 'banyan',
  })
  const drain = async (): Promise<void> => {
    await output.write(bytes.getBytes().slice())
    bytes.index = 0
  }
  let group: { readonly [name: string]: Json }[] = []
  let characters = 0
  const flush = async (): Promise<void> => {
    if (group.length === 0) return
    const data = columns.map(({ name, type }) => ({ name, data: group.map((row) => columnValue(type, row[name])) as unknown[] }))
    await parquet.write({ columnData: data, rowGroupSize: group.length })
    await drain()
    group = []
    characters = 0
  }
  for await (const { line } of linesOf(spool)) {
    signal?.throwIfAborted()
    group.push(JSON.parse(line) as { readonly [name: string]: Json })
    characters += line.length
    if (group.length >= groupRows || characters >= groupCharacters) await flush()
  }
  await flush()
  await parquet.finish()
  await drain()
}
