// The manifest beside a data file: what made it, out of which runs, and a digest of its bytes. Two builds of the same runs write the same one.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Json } from '../../core/common.ts'
import { BanyanError } from '../../core/errors.ts'
import { replaceFile } from '../files/replace-file.ts'

const json = z.json() as z.ZodType<Json>
const counts = z.record(z.string(), z.number())

const schema = z.object({
  version: z.literal(1),
  /** The format's name. */
  format: z.string(),
  /** What the format was told beyond its defaults. */
  settings: z.record(z.string(), json).optional(),
  rows: z.int().min(0),
  /** Rows that the format could not hold, by what was wrong. */
  refused: counts,
  bytes: z.int().min(0),
  sha256: z.string(),
  /** Kinds of the rows that were given, with their number. */
  kinds: counts,
  /** Some row was made with the reference answer. */
  oracle: z.boolean(),
  /** How many tasks the rows are of. */
  tasks: z.int().min(0),
  /** Absent where the rows came from no builder. */
  build: z
    .object({
      builder: z.string(),
      options: json,
      /** Digest of each run's tree; `unfinished` where it had no end yet. */
      runs: z.record(z.string(), z.string()),
      unfinished: z.int().min(0),
      skipped: counts,
      damaged: z.array(z.object({ runId: z.string(), reason: z.string() })),
      left: counts,
      usage: counts,
      rolloutTokens: z.number(),
    })
    .optional(),
  /** The manifest of the file that this one was written from. */
  from: json.optional(),
})

/** What is known of a data file. */
export type Manifest = z.infer<typeof schema>

/** Where the manifest of a file (or folder of documents) stands. */
export function manifestPath(file: string): string {
  return `${file.replace(/[/\\]+$/, '')}.manifest.json`
}

/** @throws BanyanError E_FILE_WRITE. */
export function writeManifest(file: string, manifest: Manifest): void {
  replaceFile(manifestPath(file), (write) => write(Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)))
}

/**
 * The manifest of a data file; undefined where there is none.
 * @throws BanyanError E_DATASET_MANIFEST for one that cannot be read.
 */
export async function readManifest(file: string): Promise<Manifest | undefined> {
  const path = manifestPath(file)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(path, (cause as Error).message, cause)
  }
  try {
    const parsed = schema.safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    throw unreadable(path, `the field ${JSON.stringify(issue?.path.join('.') ?? '')} is not as it should be`, parsed.error)
  } catch (cause) {
    throw BanyanError.isInstance(cause) ? cause : unreadable(path, (cause as Error).message, cause)
  }
}

/** SHA-256 of a file's bytes, hexadecimal. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

function unreadable(path: string, why: string, cause: unknown): BanyanError {
  return new BanyanError('E_DATASET_MANIFEST', `the manifest ${path} cannot be read: ${why}`, {
    hint: 'Write the data again, or remove the manifest.',
    cause,
  })
}
