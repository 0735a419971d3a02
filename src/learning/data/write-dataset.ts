// Writes rows in a format to a file: all of it or nothing, and a manifest beside it. It knows files, and neither builders nor any format.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import type { DatasetBuild } from './build.ts'
import { type HeldOut, heldOutRefused, heldOutTest } from './held-out.ts'
import { jsonLine } from './json-row.ts'
import { type Manifest, readManifest, writeManifest } from './manifest.ts'
import { OutputFile, type Written } from './output-file.ts'
import type { DatasetFormat, TrainingRow } from './rows.ts'
import { writeParquet } from './write-parquet.ts'

/** Options of `writeDataset`. */
export interface WriteDatasetOptions {
  /** How the file is written. Default: by its ending, `.jsonl`, `.parquet` or `.json`; a path that ends in `/` is a folder of documents. */
  readonly as?: 'jsonl' | 'json' | 'parquet'
  /** A row that the format cannot hold: an error, or left out and counted. Default `refuse`. */
  readonly invalid?: 'refuse' | 'skip'
  /** Rows of these tasks are refused, wherever they come from. Default: none. */
  readonly heldOut?: HeldOut
  /** The file that the rows were read from: its manifest is kept in the new one. */
  readonly from?: string
  /** Called after each row of ours that was taken in. */
  readonly onRow?: (rows: number) => void
  /** Stops the writing: the target stays as it was. */
  readonly signal?: AbortSignal
}

/** What was written, and what was not. The same stands in `<file>.manifest.json`. */
export type WrittenDataset = Manifest & { readonly file: string }

/**
 * Writes rows to a file (with its folder), which appears under its name when it is whole, then its manifest.
 * Each row is checked in the format's own terms before it is written.
 *
 * @throws BanyanError E_DATASET_FORMAT when the format holds no such rows or no such files; E_DATASET_ROW with the field, and the row's place
 * and source, for a row that the format cannot hold; E_DATASET_COLUMN (Parquet); E_DATASET_HELD_OUT; E_DATASET_DOCUMENTS for several
 * documents in one `.json` file; E_FILE_WRITE; whatever the rows throw; the signal's reason. What was there before is then untouched.
 * @example
 * const { rows, refused } = await writeDataset(stepPairs(store, { margin: 0.2 }), trl.dpo(), 'pairs.jsonl')
 */
export async function writeDataset<Kind extends TrainingRow>(
  rows: AsyncIterable<Kind> | DatasetBuild<Kind>,
  // A format that holds more kinds than the builder gives will do.
  format: DatasetFormat<Kind>,
  file: string,
  options: WriteDatasetOptions = {},
): Promise<WrittenDataset> {
  const as = kindOfFile(format, file, options.as)
  const tally = { kinds: {} as Record<string, number>, refused: {} as Record<string, number>, tasks: new Set<string>(), oracle: false }
  const stream = encoded(rows, format, options, tally)
  const from = options.from === undefined ? undefined : await readManifest(options.from)
  const {
    rows: count,
    bytes,
    sha256,
  } = await (as === 'parquet'
    ? writeParquet(documents(stream), file, { metadata: { format: format.name }, ...given(options.signal) })
    : as === 'jsonl'
      ? writeLines(stream, file)
      : writeDocuments(stream, file))
  const build = 'report' in rows ? buildOf(rows) : undefined
  const manifest: Manifest = {
    version: 1,
    format: format.name,
    ...(format.settings !== undefined && { settings: format.settings }),
    rows: count,
    refused: tally.refused,
    bytes,
    sha256,
    kinds: tally.kinds,
    oracle: tally.oracle,
    tasks: tally.tasks.size,
    ...(build === undefined ? {} : { build }),
    ...(from === undefined ? {} : { from: from as unknown as Json }),
  }
  writeManifest(file, manifest)
  return { ...manifest, file }
}

/** How the file is written. @throws BanyanError E_DATASET_FORMAT. */
function kindOfFile(
  format: Pick<DatasetFormat, 'name' | 'files'>,
  file: string,
  as: WriteDatasetOptions['as'],
): 'jsonl' | 'json' | 'parquet' {
  const ending = /\.(jsonl|ndjson|parquet|json)$/.exec(file)?.[1]
  const kind = as ?? (file.endsWith('/') ? 'json' : ending === 'ndjson' ? 'jsonl' : ending)
  if (kind !== undefined && (format.files as readonly string[]).includes(kind)) return kind as 'jsonl'
  throw new BanyanError('E_DATASET_FORMAT', `the format ${format.name} is not written to such a file`, {
    seen: file,
    wanted: format.files
      .map((one) => (one === 'json' ? 'a name that ends in .json, or a folder' : `a name that ends in .${one}`))
      .join(', or '),
  })
}

interface Encoded {
  readonly source: TrainingRow['source']
  readonly json: Json
}

interface Tally {
  readonly kinds: Record<string, number>
  readonly refused: Record<string, number>
  readonly tasks: Set<string>
  oracle: boolean
}

async function* encoded<Kind extends TrainingRow>(
  rows: AsyncIterable<Kind>,
  format: DatasetFormat<Kind>,
  { invalid = 'refuse', heldOut, onRow, signal }: WriteDatasetOptions,
  tally: Tally,
): AsyncGenerator<Encoded> {
  const isHeldOut = heldOutTest(typeof heldOut === 'object' ? new Set(heldOut) : heldOut)
  let place = 0
  for await (const row of rows) {
    signal?.throwIfAborted()
    place++
    const { source } = row
    const name = { id: source.task, digests: [source.task], task: undefined }
    if (isHeldOut(name)) throw heldOutRefused(name, `row ${place}`)
    if (!format.accepts.includes(row.row))
      throw new BanyanError('E_DATASET_FORMAT', `the format ${format.name} holds no such rows`, {
        seen: row.row,
        wanted: format.accepts.join(' or '),
      })
    try {
      for (const json of format.encode(row)) {
        const problem = format.problem(json)
        if (problem !== undefined)
          throw new BanyanError('E_DATASET_ROW', `the field ${JSON.stringify(problem.field)} is ${problem.seen}`, {
            wanted: problem.wanted,
          })
        yield { source, json }
      }
    } catch (cause) {
      if (!BanyanError.isInstance(cause) || cause.code !== 'E_DATASET_ROW') throw cause
      if (invalid === 'refuse')
        throw new BanyanError('E_DATASET_ROW', `row ${place} (run ${source.runId}, node ${source.node}): ${cause.message}`, { cause })
      const reason = cause.message.slice(0, 120)
      tally.refused[reason] = (tally.refused[reason] ?? 0) + 1
      continue
    }
    tally.kinds[row.row] = (tally.kinds[row.row] ?? 0) + 1
    tally.tasks.add(source.task)
    tally.oracle ||= source.oracle !== undefined
    onRow?.(place)
  }
}

async function* documents(stream: AsyncIterable<Encoded>): AsyncGenerator<Json> {
  for await (const { json } of stream) yield json
}

type Counted = Written & { readonly rows: number }

async function writeLines(stream: AsyncIterable<Encoded>, file: string): Promise<Counted> {
  const output = await OutputFile.create(file)
  try {
    let rows = 0
    for await (const { json } of stream) {
      await output.write(`${jsonLine(json)}\n`)
      rows++
    }
    return { ...(await output.finish()), rows }
  } catch (error) {
    await output.discard()
    throw error
  }
}

/** One document in a file, or each in a file of its own in a folder; the digest of a folder is that of its files' digests in order. */
async function writeDocuments(stream: AsyncIterable<Encoded>, file: string): Promise<Counted> {
  const folder = file.endsWith('/')
  const digests = createHash('sha256')
  let single: { readonly output: OutputFile } | undefined
  let bytes = 0
  let rows = 0
  try {
    for await (const { source, json } of stream) {
      if (!folder && single !== undefined)
        throw new BanyanError('E_DATASET_DOCUMENTS', 'there are several documents, and a file of this format holds one', {
          seen: file,
          wanted: 'a folder: a path that ends in /',
        })
      const output = await OutputFile.create(folder ? join(file, `${source.runId}-${source.node}.json`) : file)
      single = { output }
      await output.write(`${jsonLine(json)}\n`)
      rows++
      if (!folder) continue
      const written = await output.finish()
      bytes += written.bytes
      digests.update(written.sha256)
    }
    if (!folder && single !== undefined) return { ...(await single.output.finish()), rows }
    if (!folder) throw new BanyanError('E_DATASET_DOCUMENTS', 'there is no document to write', { seen: file, wanted: 'one row' })
    return { bytes, sha256: digests.digest('hex'), rows }
  } catch (error) {
    await single?.output.discard()
    throw error
  }
}

function buildOf({ builder, options, report }: DatasetBuild): NonNullable<Manifest['build']> {
  const { runs, unfinished, skipped, damaged, left, usage, rolloutTokens } = report
  return {
    builder,
    options,
    runs: Object.fromEntries(runs),
    unfinished,
    skipped: { ...skipped },
    damaged: [...damaged],
    left: { ...left },
    usage: { ...usage },
    rolloutTokens,
  }
}

function given(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
